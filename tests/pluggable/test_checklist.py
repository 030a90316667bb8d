"""The page itself: its code passes our checks and has the anatomy of every service."""

import json
import subprocess
import sys

from jsonschema import Draft202012Validator

from tests.pluggable.checklist import ROOT, service_files, write

LAYERS = {"app", "api", "subscriptions", "usecases", "queries", "models", "events", "domain"}


def test_the_example_has_every_layer_of_a_service():
    parts = {path.split("/")[2].removesuffix(".py") for path in service_files()}

    assert parts >= LAYERS | {"manifest", "contracts"}


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


def test_every_sample_on_the_page_fits_its_contract_and_every_contract_has_one():
    files = service_files()
    schemas = {path for path in files if path.endswith(".schema.json")}
    assert schemas

    for path in schemas:
        sample = json.loads(files[path.replace(".schema.", ".sample.")])
        Draft202012Validator(json.loads(files[path])).validate(sample["data"])
        assert path.endswith(f"/{sample['type']}.schema.json")


def test_the_decision_fits_what_the_proposal_service_hears():
    heard = ROOT / "services/proposal/contracts/heard/stage.decided.v1.schema.json"
    sample = service_files()["services/panel/contracts/stage.decided.v1.sample.json"]

    Draft202012Validator(json.loads(heard.read_text())).validate(json.loads(sample)["data"])
