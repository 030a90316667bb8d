"""The page itself: its code passes our checks and has the anatomy of every service."""

import subprocess
import sys

from tests.pluggable.checklist import ROOT, service_files, write

LAYERS = {"app", "api", "subscriptions", "usecases", "queries", "models", "events", "domain"}


def test_the_example_has_every_layer_of_a_service():
    parts = {path.split("/")[2].removesuffix(".py") for path in service_files()}

    assert parts >= LAYERS | {"manifest"}


def test_the_code_on_the_page_passes_the_house_lint(tmp_path):
    write(tmp_path)
    config = f"--config={ROOT / 'pyproject.toml'}"
    for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *check, config, "--no-respect-gitignore", "services"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
