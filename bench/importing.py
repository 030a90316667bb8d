"""A table of invented employees, brought in over HTTP, and the same rows put in bare."""

import io
import json
import sqlite3
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import urllib3

from bench.forms import Cluster, Form
from chassis.http.spreadsheets import workbook

HEADINGS = ("NIP", "Nama", "Kode unit", "Jabatan", "Golongan", "TMT golongan", "Surel")
PATH = "/api/identity/v1/imports"
_WITHIN = 1800.0
STAFF, OTHERS = "Pegawai Contoh", "Orang Contoh"
_FIRST = {STAFF: date(1980, 1, 1), OTHERS: date(1984, 1, 1)}  # no number twice


def rows_of(count: int, name: str = STAFF) -> list[tuple[str, ...]]:
    """Make employees whose numbers say that they are invented: serials of 900 and above."""
    made: list[tuple[str, ...]] = []
    first = _FIRST[name]
    for number in range(count):
        born = first + timedelta(days=number // 99)
        nip = f"{born:%Y%m%d}2010011{901 + number % 99}"
        who = (nip, f"{name} {number}", "disdik", "Analis", "III/c", "01/04/2022")
        made.append((*who, f"pegawai{number}@bkpsdm.example"))
    return made


def a_workbook(count: int, name: str = STAFF) -> bytes:
    file = io.BytesIO()
    with workbook(file, in_memory=True) as book:
        sheet = book.add_worksheet("Pegawai")
        for number, row in enumerate((HEADINGS, *rows_of(count, name))):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return file.getvalue()


def brought_in(form: Form, content: bytes) -> dict[str, Any]:
    """Send a table that is applied at once; wait for its end. Raises `RuntimeError`."""
    fields: dict[str, Any] = {
        "kind": "employees",
        "dry_run": "false",
        "file": ("pegawai.xlsx", content, "application/octet-stream"),
    }
    body, kind = urllib3.encode_multipart_formdata(fields)
    headers = {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
    answer = form.people.person("sysadmin").call("POST", PATH, body, headers)
    if answer.status != 202:
        raise RuntimeError(f"{answer.status} {answer.body[:400]!r}")
    return _ended(form, str(answer.json()["id"]))


def _ended(form: Form, import_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        told: dict[str, Any] = form.people.person("sysadmin").get(f"{PATH}/{import_id}")
        if told["state"] in ("applied", "failed", "checked"):
            if told["state"] != "applied" or told["counts"].get("wrong"):
                raise RuntimeError(json.dumps(told)[:600])
            return told
        time.sleep(0.1)
    raise TimeoutError(import_id)


def bare_rows(form: Form, home: Path, count: int) -> float:
    """Return how many rows a second one `executemany` puts in."""
    return max(_bare(form, home, rows_of(count)) for _ in range(3))


def _bare(form: Form, home: Path, rows: list[tuple[str, ...]]) -> float:
    began = time.perf_counter()
    columns = "(nip text, name text, unit text, post text, grade text, since text, mail text)"
    if isinstance(form, Cluster):
        with psycopg.connect(form.owner_url("postgres")) as db:
            db.execute(f"CREATE TEMPORARY TABLE people {columns}")
            began = time.perf_counter()
            db.cursor().executemany("INSERT INTO people VALUES (%s,%s,%s,%s,%s,%s,%s)", rows)
    else:
        path = home / "people.db"
        with sqlite3.connect(path) as lite:
            lite.execute(f"CREATE TABLE people {columns}")
            began = time.perf_counter()
            lite.executemany("INSERT INTO people VALUES (?,?,?,?,?,?,?)", rows)
        path.unlink()
    return len(rows) / (time.perf_counter() - began)
