"""`./simpul generate` and `./simpul migration`: what is made from code is made by one command."""

import shutil
from pathlib import Path

import pytest

from chassis.process import runtime as runtimes
from chassis.process.manifest import discover
from chassis.run.migration import NothingChanged, revise
from ops import generate, migration
from ops.main import main

ROOT = Path(__file__).parents[2]
MADE = "Made by `./simpul generate`"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with the generated files, all of them fresh."""
    for name in generate.files():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
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


@pytest.mark.parametrize("content", [b"PUBLIC_URL=\n", b"\xff\xfe"])
def test_a_stale_file_is_written_anew_and_named(copy, capsys, content):
    (copy / "deploy/env.example").write_bytes(content)

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

    assert made == set(generate.files()) - set(generate.service_files())


def test_migrations_are_numbered_and_hold_what_the_models_have_more(tmp_path):
    app = migration.scratch_app(discover()["documents"], str(tmp_path))
    runtimes.of(app).folder = tmp_path

    first = revise(app, "Make the tables")
    with pytest.raises(NothingChanged):
        revise(app, "Nothing is left")

    assert first.name == "0001_make_the_tables.py"
    assert 'op.create_table(\n        "documents"' in first.read_text()
    assert [path.name for path in first.parent.glob("*.py")] == [first.name]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("../../evil", "evil"),
        ("50% more", "50_more"),
        ("a" * 300, "a" * 60),
        ('ends """ here\nimport os', "ends_here_import_os"),
        ("the 'first' \\N{quote}", "the_first_n_quote"),
    ],
)
def test_whatever_a_migration_is_called_it_is_a_file_that_can_be_read(tmp_path, words, name):
    app = migration.scratch_app(discover()["documents"], str(tmp_path))
    runtimes.of(app).folder = tmp_path

    path = revise(app, words)

    assert path == tmp_path / "migrations" / "versions" / f"0001_{name}.py"
    compile(path.read_text("utf-8"), path, "exec")


def test_a_migration_without_words_leaves_nothing_behind(tmp_path, monkeypatch, capsys):
    app = migration.scratch_app(discover()["documents"], str(tmp_path))
    runtimes.of(app).folder = tmp_path / "service"
    monkeypatch.setattr(migration, "scratch_app", lambda *_: app)

    assert main(["migration", "documents", " \n'"]) == 2

    assert "tidak menyebut apa yang diubah" in capsys.readouterr().err
    assert not (tmp_path / "service").exists()


def test_what_has_not_changed_needs_no_migration(capsys):
    folder = ROOT / "services" / "documents" / "migrations" / "versions"
    before = sorted(folder.glob("*.py"))

    assert main(["migration", "documents", "nothing"]) == 2

    assert "tidak ada yang berubah" in capsys.readouterr().err
    assert sorted(folder.glob("*.py")) == before


def test_a_gap_in_the_numbers_is_not_filled(tmp_path):
    app = migration.scratch_app(discover()["documents"], str(tmp_path))
    runtimes.of(app).folder = tmp_path
    by_hand = tmp_path / "migrations" / "versions" / "0007_by_hand.py"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text('revision = "0007"\ndown_revision = None\ndef upgrade(): pass\n')

    assert revise(app, "Make the tables").name == "0008_make_the_tables.py"


def test_a_migration_of_an_unknown_service_is_refused(capsys):
    assert main(["migration", "nowhere", "words"]) == 2
    assert "nowhere" in capsys.readouterr().err
