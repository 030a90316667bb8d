"""What an image holds: the part's code and what is public of others, and every package it needs."""

import json
import os
import re
import runpy
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from chassis.process.config import Settings
from chassis.process.manifest import discover
from ops.parts import FRONTS
from ops.prepare import settings, write_files
from tests.builders.compose import filled, read_env

ROOT = Path(__file__).parents[2]
PART = runpy.run_path(str(ROOT / "deploy" / "part.py"))
SERVICES = list(discover())
REQUIREMENTS = ROOT / "deploy" / "requirements"
OURS = {"chassis", "gateway", "ops", "portal", "services", "staff"}
EXPLAIN = """
import contextlib, sys
from ops.main import main
for name in sys.argv[1:]:
    with contextlib.suppress(SystemExit):
        main([name, "--help"])
"""
BUILD = "from {module} import create_app; create_app(); print('built')"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    made: dict[str, Path] = {}

    def of(part: str) -> Path:
        if part not in made:
            made[part] = tmp_path_factory.mktemp(part)
            PART["copy"](part, made[part])
        return made[part]

    return of


def environment(part):
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    asked = read_env((ROOT / "deploy" / "env.example").read_text())
    given = {name: value or f"invented-{name.lower():-<32}" for name, value in asked.items()}
    given |= {"PUBLIC_URL": "https://simpul.example", "MAIL_FROM": "simpul@kota.example"}
    given |= {name: "" for name in given if re.search("^(OWNER|DATABASE|BUS|STORE|MAIL)_URL", name)}
    return filled(compose["services"][part]["environment"], given | {"WHATSAPP_URL": ""})


@pytest.mark.slow
@pytest.mark.parametrize("part", [*SERVICES, *FRONTS])
def test_a_part_builds_from_what_its_image_holds(part, image):
    module = f"services.{part}.app" if part in SERVICES else f"{FRONTS[part]}.app"
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(image(part))}

    built = subprocess.run(
        [sys.executable, "-P", "-c", BUILD.format(module=module)],
        cwd=image(part),
        env=kept | environment(part),
        capture_output=True,
        check=False,
        text=True,
    )

    assert built.stdout == "built\n", built.stderr


@pytest.mark.slow
@pytest.mark.parametrize("part", [*SERVICES, *FRONTS])
def test_the_commands_of_a_container_start_from_what_its_image_holds(part, image):
    commands = ["serve", "work", "migrate", "init"] if part in SERVICES else ["serve"]

    explained = subprocess.run(
        [sys.executable, "-P", "-c", EXPLAIN, *commands],
        cwd=image(part),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(image(part)), "LANG": "en"},
        capture_output=True,
        check=False,
        text=True,
    )

    assert explained.stderr == ""
    assert explained.stdout.count("usage: simpul ") == len(commands)


@pytest.mark.parametrize("part", [*SERVICES, *FRONTS, "ops"])
def test_no_image_holds_another_parts_code(part, image):
    held = image(part)
    apps = {path.parent.name for path in held.glob("services/*/app.py")}

    assert apps == ({part} if part in SERVICES else set())
    assert {path.parent.name for path in held.glob("services/*/manifest.py")} == set(SERVICES)
    assert {path.name for path in held.iterdir() if path.name in FRONTS} == {part} & set(FRONTS)
    assert not (held / "tests").exists()
    for path in [*held.glob("services/*/models.py"), *held.glob("services/*/models/")]:
        assert path.parent.name == part


def test_an_unknown_part_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="there is no part 'payroll'"):
        PART["copy"]("payroll", tmp_path)


def pins(*files):
    found = {}
    for file in files:
        if file.is_file():
            found |= dict(re.findall(r"^([a-z0-9-]+)==(\S+)", file.read_text(), re.MULTILINE))
    return found


@pytest.mark.parametrize("part", [*SERVICES, *FRONTS])
def test_an_image_has_every_package_its_code_imports(part, image):
    files = [REQUIREMENTS / "core.txt", REQUIREMENTS / f"{part}.txt"]
    files += [ROOT / "requirements" / "postgres.txt"] if part in SERVICES else []
    # psycopg is imported where the URL is PostgreSQL's: never in gateway and portal.
    present = {*pins(*files), *([] if part in SERVICES else ["psycopg"])}
    names = packages_distributions()
    own = image(part) / (f"services/{part}" if part in SERVICES else part)
    shared = [path for name in ("chassis", "staff") for path in (image(part) / name).rglob("*.py")]
    code = [*own.rglob("*.py"), *shared]
    # Typst is there where papers are set; nothing else starts the typesetter.
    if not any("chassis.run.typesetting" in path.read_text() for path in own.rglob("*.py")):
        present.add("typst")
    pattern = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)

    imported = {module for path in code for module in pattern.findall(path.read_text())}

    for module in imported - OURS - set(sys.stdlib_module_names):
        if module in names:
            distributions = {name.lower().replace("_", "-") for name in names[module]}
            assert distributions & present, f"{part} imports {module}"


def test_images_hold_the_versions_that_are_tested():
    tested = pins(ROOT / "requirements" / "runtime.txt")

    for path in REQUIREMENTS.glob("*.txt"):
        assert pins(path).items() <= tested.items(), path.name


def test_the_brokers_users_may_publish_their_own_events_only(tmp_path):
    manifests = discover()
    known = {setting.name: f"word-of-{setting.name}" for setting in settings(manifests)}
    known["STORE_URL"] = "s3://a:b@objects:8333/letters?tls=no"

    write_files(tmp_path, Settings("ops", known), manifests)

    text = (tmp_path / "broker" / "definitions.json").read_text()
    rights = {
        topic_permission["user"]: topic_permission["write"]
        for topic_permission in json.loads(text)["topic_permissions"]
    }
    assert set(rights) == set(manifests)
    assert re.match(rights["proposal"], "proposal.submitted.v1")
    assert not re.match(rights["identity"], "proposal.submitted.v1")
    assert "word-of" not in text


def test_the_object_store_knows_one_bucket_and_who_may_use_it(tmp_path):
    manifests = discover()
    known = {setting.name: f"word-of-{setting.name}" for setting in settings(manifests)}
    known["STORE_URL"] = "s3://a:b@objects:8333/letters?tls=no"

    write_files(tmp_path, Settings("ops", known), manifests)

    (only,) = json.loads((tmp_path / "objects" / "s3.json").read_text())["identities"]
    assert only["actions"] == ["Admin:letters"]
    assert only["credentials"][0]["secretKey"] == "word-of-STORE_SECRET_KEY"
