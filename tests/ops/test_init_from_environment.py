"""A real region in services that run elsewhere: their settings are in the environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.process import runtime as runtimes
from services.identity.models import Region
from tests.builders.service import one_service, settings_for

ROOT = Path(__file__).parents[2]
REGION = ("--code", "kota-x", "--name", "Kota X", "--zone", "WIT")
ADMIN = ("--admin-nip", "197501012000011901", "--admin-name", "Admin Contoh")


@pytest.mark.slow
def test_a_region_begins_with_one_link_and_only_once(tmp_path):
    identity = one_service("identity", tmp_path)
    settings = settings_for("identity", tmp_path)
    made, again = (
        subprocess.run(
            [sys.executable, "-m", "ops", "init", "--from-environment", *REGION, *ADMIN],
            cwd=ROOT,
            env=os.environ | settings | {"LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        for _ in range(2)
    )
    with identity.app.app_context():
        zone = runtimes.of(identity.app).db.session.get(Region, "kota-x").zone
        runtimes.of(identity.app).db.session.remove()
        runtimes.of(identity.app).db.engine.dispose()

    assert made.returncode == 0, made.stderr
    assert made.stdout.split()[-1].startswith(settings["PUBLIC_URL"] + "/")
    assert zone == "Asia/Jayapura"
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)
