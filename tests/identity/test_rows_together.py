"""Rows of an import that are done together leave what they leave when each is done by itself."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from chassis.run.importing import Effect, Telling
from ops.engines.postgres import Postgres
from services.identity.api.import_kinds import KINDS
from services.identity.app import create_app
from services.identity.seeds.demo import seed
from tests.builders.counting import Asked, counted
from tests.builders.databases import database_on
from tests.builders.service import let_go
from tests.identity.desk import Desk
from tests.identity.imports import (
    BUDI,
    HEADINGS,
    SITI,
    Papers,
    bring,
    counts,
    imported,
    read,
    send,
    step,
    table,
    work,
)
from tests.identity.test_api_nips import RIGHT, replaced

WIDE = (*HEADINGS, "Jenjang", "Surel", "Telepon", "Peran", "Aktif")
GONE, OUTLIVED, FREED = "198703032011011779", "199201152023212902", "199001012015011901"
AUDITOR, SYSADMIN = "198703032011011780", "199505052020121918"
NEW = tuple(f"19880404201201178{number}" for number in range(1, 7))
# A usual row, and what may stand in its cells instead.
USUAL = ("Orang Contoh", "disdik", "Analis", "III/c", "01/04/2022", "", "orang@contoh.example")
INSTEAD: Mapping[str, Sequence[str]] = {
    "Nama": ["Budi Baru", "Orang  Contoh ", "O" * 201, "", "A\u200bB"],
    "Kode unit": ["sdn-contoh-1", "demo", "tidak-ada"],
    "Jabatan": ["", "Guru", "=1+1", "Kepala\x07"],
    "Golongan": ["", "III/d", "XX"],
    "TMT golongan": ["", "01/01/1999", "31/02/2026"],
    "Jenjang": ["ahli muda"],
    "Surel": ["", "bukan surel", "orang@CONTOH.example"],
    "Telepon": ["0834-0000-9991", "12"],
    "Peran": ["umpeg", "opd_head, umpeg", "juru kunci"],
    "Aktif": ["ya", "tidak"],
}
REGISTERED = (BUDI[0], SITI[0], GONE, OUTLIVED, FREED, RIGHT, AUDITOR, SYSADMIN, "1980010120050117")
CELLS = st.sampled_from([(name, cell) for name, cells in INSTEAD.items() for cell in cells])
ROWS = st.lists(
    st.tuples(st.sampled_from(NEW + REGISTERED), st.lists(CELLS, max_size=2).map(dict)),
    min_size=2,
    max_size=14,
)
# Everybody once, as usual; and rows with one fault each.
EVERY: Sequence[tuple[str, Mapping[str, str]]] = [
    *((nip, {"Surel": ""}) for nip in NEW[:3]),
    *((nip, {}) for nip in (*NEW[3:], *REGISTERED)),
]
FAULTY: Sequence[tuple[str, Mapping[str, str]]] = [
    (BUDI[0], {"TMT golongan": "01/01/1999"}),
    (NEW[0], {"Golongan": "XX"}),
    (NEW[1], {"Aktif": "tidak"}),
    (NEW[2], {"Surel": "bukan surel"}),
    (NEW[3], {"Kode unit": "demo"}),
    (NEW[4], {"Kode unit": "tidak-ada", "Peran": "umpeg"}),
    (NEW[5], {"TMT golongan": "31/02/2026"}),
    (NEW[5], {"Nama": "A\u200bB"}),
]
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")


@pytest.fixture
def lived_in_desk(desk: Desk, papers: Papers) -> Desk:
    """A register with people of every kind that a file may name."""
    left = (GONE, "Sudah Pergi", "disdik", "", "", "")
    imported(desk, table(BUDI, SITI, left))
    imported(desk, table((*left[:3], "tidak"), headings=(*HEADINGS[:3], "Aktif")))
    auditor = (AUDITOR, "Ada Contoh", "disdik", "auditor")
    imported(desk, table(auditor, headings=(*HEADINGS[:3], "Peran")))
    replaced(desk)
    replaced(desk, "applicant_pppk")
    return desk


@example(rows=EVERY, who="sysadmin")
@example(rows=EVERY, who="bkpsdm_admin")
@example(rows=FAULTY, who="sysadmin")
@given(rows=ROWS, who=st.sampled_from(["sysadmin", "bkpsdm_admin"]))
@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the first that fails says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_file_leaves_the_same_whichever_way_its_rows_are_done(
    lived_in_desk: Desk, monkeypatch: pytest.MonkeyPatch, rows: Sequence[tuple[str, Any]], who: str
) -> None:
    desk, content = lived_in_desk, table(*map(_row, rows), headings=WIDE)

    with monkeypatch.context() as patched:
        patched.setattr("chassis.run.import_work.ROWS_IN_A_PART", 6)
        together = [*_left_by(desk, content, who)]
        patched.setitem(KINDS, "employees", replace(KINDS["employees"], together=None))
        alone = [*_left_by(desk, content, who)]

    assert together == alone


def test_sixty_new_people_cost_the_statements_of_ten(desk: Desk) -> None:
    few, many = (_asked_by(desk, _people(first, count)) for first, count in ((100, 10), (200, 60)))

    assert many.statements == few.statements


def test_rows_that_cannot_be_written_together_are_written_one_by_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody registers one of the people at the same moment."""
    kind = KINDS["employees"]

    def overtaken(rows: Sequence[Mapping[str, Any]], telling: Telling) -> Sequence[Effect]:
        kind.together(rows, telling)
        raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: employees.nip"))

    monkeypatch.setitem(KINDS, "employees", replace(kind, together=overtaken))
    before = len(desk.events("employee.changed.v1"))

    told = bring(desk, _people(300, 5), dry_run="false")

    assert counts(told, "new", "wrong") == (5, 0)
    assert len(desk.events("employee.changed.v1")) == before + 5


@pytest.mark.live
def test_on_postgres_people_are_registered_and_changed_together(
    postgres: Postgres, tmp_path: Path
) -> None:
    app = create_app(database_on(postgres, "identity", tmp_path))
    seed(app, tmp_path)
    desk = Desk(app, tmp_path)

    new = _asked_by(desk, _people(400, 60))
    changed = _asked_by(desk, _people(400, 60, golongan="III/d"))

    assert new.statements < 60 > changed.statements
    told = [(event.data["golongan"], event.version) for event in desk.events("employee.changed.v1")]
    assert (told[-120:-60], told[-60:]) == ([("III/c", 1)] * 60, [("III/d", 2)] * 60)
    let_go(app)


def _people(first: int, count: int, golongan: str = "III/c") -> bytes:
    rest = (*BUDI[1:4], golongan, BUDI[5])
    return table(*((f"198804042012011{first + n}", *rest) for n in range(count)))


def _asked_by(desk: Desk, content: bytes) -> Asked:
    answer = send(desk, content, dry_run="false")
    assert answer.status_code == 202, answer.json
    with counted() as asked:
        work(desk)
    assert counts(read(desk, answer.json["id"]), "wrong") == (0,)
    return asked


def _row(drawn: tuple[str, Mapping[str, str]]) -> tuple[str, ...]:
    nip, instead = drawn
    usual = dict(zip(INSTEAD, USUAL, strict=False))
    return (nip, *(instead.get(name, usual.get(name, "")) for name in INSTEAD))


def _left_by(desk: Desk, content: bytes, who: str) -> Iterator[Any]:
    """Try, apply and undo a file; say each time what is told and what every table holds."""
    with _put_back(desk):
        yield _left(desk, bring(desk, content, who=who))
        applied = bring(desk, content, who=who, dry_run="false")
        yield _left(desk, applied)
        yield _left(desk, step(desk, applied["id"], "undo"))


def _left(desk: Desk, told: Mapping[str, Any]) -> tuple[Any, ...]:
    return told["state"], told["counts"], told["errors"], _content(desk)


@contextmanager
def _put_back(desk: Desk) -> Iterator[None]:
    """Keep the database as it is now, and bring it back afterwards."""
    live = _file(desk)
    let_go(desk.app)
    kept = live.with_suffix(".kept")
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)
    try:
        yield
    finally:
        let_go(desk.app)
        for leftover in ("-wal", "-shm"):
            live.with_name(live.name + leftover).unlink(missing_ok=True)
        kept.replace(live)


def _file(desk: Desk) -> Path:
    return Path(desk.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))


def _content(desk: Desk) -> dict[str, list[str]]:
    """Return the rows of every table, with what people call a thing in place of its id."""
    with closing(sqlite3.connect(_file(desk))) as base:
        base.row_factory = sqlite3.Row
        names = _names(base)
        tables = [
            str(row["name"])
            for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {table: _rows(base, table, names) for table in tables}


def _names(base: sqlite3.Connection) -> dict[str, str]:
    people = base.execute("SELECT id, nip AS name FROM employees")
    units = base.execute("SELECT id, code AS name FROM units")
    return {row["id"].replace("-", ""): row["name"] for row in (*people, *units)}


def _rows(base: sqlite3.Connection, table: str, names: Mapping[str, str]) -> list[str]:
    def named(match: re.Match[str]) -> str:
        return names.get(match[0].replace("-", ""), "some-id")

    rows = [
        _TIME.sub("some-time", _ID.sub(named, repr(dict(row))))
        for row in base.execute(f'SELECT * FROM "{table}" ORDER BY rowid')  # noqa: S608
    ]
    return rows if table == "outbox" else sorted(rows)
