"""`./simpul generate` and `./simpul migration`: what is made from code is made by one command."""

import shutil
from pathlib import Path

import pytest

from chassis.process import runtime as runtimes
from chassis.process.manifest import discover
from chassis.run.migration import revise
from ops import generate, migration
from ops.main import main

ROOT = Path(__file__).parents[2]
MADE = "Made by `./simpul generate`"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with the generated files, all of them fresh."""
    for name in generate.files():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    return tmp_path


def test_a_fresh_copy_passes_the_check(copy):
    assert main(["generate", "--check"]) == 0


def test_the_check_names_stale_and_missing_files_and_writes_nothing(copy, capsys):
    (copy / "deploy/env.example").write_text("PUBLIC_URL=\n")
    (copy / "docs/events.md").unlink()

    assert main(["generate", "--check"]) == 1

    told = capsys.readouterr().err
    assert "deploy/env.example" in told
    assert "docs/events.md" in told
    assert "deploy/compose.yaml" not in told
    assert not (copy / "docs/events.md").exists()


def test_a_stale_file_is_written_anew_and_named(copy, capsys):
    (copy / "deploy/env.example").write_text("PUBLIC_URL=\n")

    assert main(["generate"]) == 0

    assert capsys.readouterr().out == "deploy/env.example\n"
    assert main(["generate", "--check"]) == 0


def test_every_file_that_says_it_is_made_is_made():
    texts = (".md", ".yaml", ".example", ".conf")
    paths = [path for place in ("docs", "deploy") for path in (ROOT / place).rglob("*")]
    made = {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if path.suffix in texts and MADE in "".join(path.read_text("utf-8").splitlines()[:5])
    }

    assert made == set(generate.files())


def test_migrations_are_numbered_and_hold_what_the_models_have_more(tmp_path):
    app = migration.scratch_app(discover()["documents"], str(tmp_path))
    runtimes.of(app).folder = tmp_path

    first = revise(app, "Make the tables")
    second = revise(app, "Nothing is left")

    assert first.name == "0001_make_the_tables.py"
    assert 'op.create_table(\n        "documents"' in first.read_text()
    assert second.name == "0002_nothing_is_left.py"
    assert "op." not in second.read_text()


def test_a_migration_of_an_unknown_service_is_refused(capsys):
    assert main(["migration", "nowhere", "words"]) == 2
    assert "nowhere" in capsys.readouterr().err
