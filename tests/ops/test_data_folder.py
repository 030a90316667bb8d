"""A data folder: what is taken for one, what is examined in it, and what a start says of it."""

import contextlib
import json
import sqlite3

import pytest
from flask import Flask

from ops import first_link, folder, init, main, skew
from ops.doctor import confined, examine_confinement, examine_degraded

LATER = "9999"


@pytest.fixture(autouse=True)
def indonesian(monkeypatch):
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def data(tmp_path):
    """A folder of which a later release has migrated one database."""
    made = tmp_path / "data folder"
    folder.prepare(made)
    with contextlib.closing(sqlite3.connect(made / "identity.db")) as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES (?)", (LATER,))
        database.execute("CREATE TABLE inbox (status TEXT)")
        database.execute("INSERT INTO inbox VALUES ('parked')")
        database.commit()
    (made / folder.SECRETS).write_text("{}")
    (made / folder.SECRETS).chmod(0o644)
    return made


@pytest.mark.parametrize("name", ["surat.docx", ".git/config", "foto/kantor.jpg"])
def test_a_folder_with_other_files_is_not_taken_and_stays_as_it_was(tmp_path, capsys, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("somebody's own")
    before = sorted(tmp_path.rglob("*"))

    assert main.main(["up", "--data", str(tmp_path), "--port", "0"]) == 2

    assert "berisi berkas lain" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "names", [[], ["lost+found"], [folder.LOCK], ["secrets.json", "note.txt"], ["cluster"]]
)
def test_an_empty_folder_and_one_of_ours_are_taken(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()

    folder.prepare(tmp_path)


def found_in(data, capsys):
    code = main.main(["doctor", "--data", str(data)])
    return code, capsys.readouterr().out.splitlines()


def test_every_finding_of_the_doctor_comes_with_the_command_that_cures_it(data, capsys):
    code, lines = found_in(data, capsys)

    assert code == 1
    wrong = [number for number, line in enumerate(lines) if line.startswith("✗")]
    assert len(wrong) == 3
    assert all(lines[number + 1].startswith("    → ") for number in wrong)
    assert f"    → chmod go-rwx '{data / folder.SECRETS}'" in lines
    assert f"    → ./simpul dead --data '{data}'" in lines


def test_the_doctor_finds_a_schema_that_this_code_does_not_know(data, capsys):
    _, lines = found_in(data, capsys)

    [finding] = [line for line in lines if LATER in line]
    assert finding.startswith("✗ identity")
    assert "lebih baru daripada yang dikenal kode ini" in finding


def test_the_doctor_says_in_words_why_a_running_service_does_less():
    told = {"documents": {"scanner": "scanner_signatures_old", "store": "of_a_later_release"}}

    signatures, other = examine_degraded({"status": "degraded", "degraded": told})

    assert signatures.about == "documents: scanner"
    assert "lebih tua dari 7 hari" in signatures.complaint
    assert other.complaint == "of_a_later_release"
    assert signatures.cure


def test_the_doctor_has_nothing_to_say_of_a_gateway_that_says_no_reasons():
    assert list(examine_degraded({"status": "degraded"})) == []


def test_a_damaged_database_has_a_cure_and_does_not_end_the_examination(data, capsys):
    (data / "proposal.db").write_bytes(b"no database at all" * 100)

    code, lines = found_in(data, capsys)

    assert code == 1
    assert any(line.startswith("    → ./simpul restore <cadangan>") for line in lines)


@pytest.mark.parametrize(
    ("command", "name", "told"),
    [
        (["backup"], folder.PLAN, "./simpul cluster status"),
        (["backup"], folder.LOCK, "./simpul up"),
        (["doctor"], folder.LOCK, "./simpul up"),
    ],
)
def test_a_folder_without_databases_is_told_what_to_do_with_it(
    tmp_path, capsys, monkeypatch, command, name, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("{}")

    assert main.main([*command, "--data", str(tmp_path)]) == 2

    assert told in capsys.readouterr().err


def test_a_start_says_that_the_schema_is_later(service_on_later_schema, capsys):
    skew.warn([service_on_later_schema])

    [line] = capsys.readouterr().err.splitlines()
    assert "skema basis data notification" in line
    assert LATER in line


@pytest.fixture
def service_on_later_schema(service):
    one = service("notification")
    with one.app.app_context(), one.runtime.db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{LATER}'")  # noqa: S608
    return one.app


class Page:
    """An edge that answers every address alike."""

    def __init__(self, status):
        self.app = Flask("edge")
        self.app.add_url_rule("/<path:_path>", "any", lambda _path: ("", status))

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)


LINK = "/masuk/tautan/abc"
TOLD, PRESENT = "http://127.0.0.1:8080", "http://127.0.0.1:9000"


@pytest.mark.parametrize(("url", "said"), [(TOLD, ""), (PRESENT, f"{PRESENT}{LINK}")])
def test_the_first_link_is_told_again_where_it_leads_elsewhere_now(tmp_path, capsys, url, said):
    first_link.keep(tmp_path, TOLD, LINK)

    first_link.tell(tmp_path, url, Page(200))

    told = capsys.readouterr().out
    assert said in told
    assert bool(told) is bool(said)
    assert (tmp_path / first_link.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("status", "kept"), [(410, False), (503, True)])
def test_a_used_link_is_forgotten_and_one_that_cannot_be_asked_is_not(
    tmp_path, capsys, status, kept
):
    first_link.keep(tmp_path, TOLD, LINK)

    first_link.tell(tmp_path, PRESENT, Page(status))

    assert (tmp_path / first_link.FILE).exists() is kept


@pytest.mark.parametrize(
    ("options", "url", "command"),
    [
        ([], "http://127.0.0.1:8080", "./simpul up --data {data}"),
        (["--port", "9000"], "http://127.0.0.1:9000", "./simpul up --data {data} --port 9000"),
        (
            ["--url", "https://simpul.kota-x.example"],
            "https://simpul.kota-x.example",
            "./simpul up --data {data} --public-url https://simpul.kota-x.example",
        ),
    ],
)
def test_init_names_the_command_that_answers_at_its_link(
    tmp_path, capsys, monkeypatch, options, url, command
):
    monkeypatch.setattr(init, "set_up", lambda *_given: LINK)
    facts = [f"--{name.replace('_', '-')}=x" for name in init.QUESTIONS]
    data = tmp_path / "data"

    assert main.main(["init", "--data", str(data), *facts, *options]) == 0

    said = capsys.readouterr().out
    assert f"{url}{LINK}\n" in said
    assert f"{command.format(data=data)}.\n" in said
    assert json.loads((data / first_link.FILE).read_text())["path"] == LINK


def test_the_doctor_says_what_the_file_check_cannot_reach_on_this_machine():
    told = confined()

    (finding,) = examine_confinement(told)

    assert set(told["promises"]) == {"network", "files", "processes"}
    assert bool(finding.complaint) is not all(told["promises"].values())
    assert all(layer in finding.about for layer in told["layers"])


def test_the_doctor_complains_of_what_the_file_check_can_reach():
    layers = {"namespaces": "Operation not permitted", "landlock": "", "seccomp": "no"}
    promises = {"network": False, "files": True, "processes": False}

    (finding,) = examine_confinement({"layers": layers, "promises": promises})

    assert finding.about == (
        "pemeriksa berkas dikurung oleh: landlock; "
        "tanpa namespaces (Operation not permitted), seccomp (no)"
    )
    assert finding.complaint == "dapat mencapai jaringan, proses lain"
    assert [found.complaint for found in examine_confinement({})] == [
        "dapat mencapai jaringan, berkas lain, proses lain"
    ]
