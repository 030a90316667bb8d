"""Bringing tables into identity, as an administrator does."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import openpyxl
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from chassis.http.receipts import Receipt
from chassis.run.import_papers import XLSX
from chassis.run.jobs import Job, JobLoop
from services.identity.app import JOBS
from tests.identity.desk import Desk

HEADINGS = ("NIP", "Nama", "Kode unit", "Jabatan", "Golongan", "TMT golongan")
BUDI = ("198001012005011777", "Budi Baru", "disdik", "Analis", "III/c", "01/04/2022")
SITI = ("198502022010012778", "Siti Baru", "sdn-contoh-1", "Guru", "III/b", "01/04/2021")


def table(*rows: Sequence[str | None], headings: Sequence[str] = HEADINGS) -> bytes:
    """A CSV of these rows."""
    lines = [headings, *rows]
    return "\n".join(";".join(cell or "" for cell in line) for line in lines).encode()


def units(*rows: Sequence[str]) -> bytes:
    """A CSV of units."""
    return table(*rows, headings=("Kode", "Nama", "Jenis", "Kode induk"))


def send(
    desk: Desk,
    content: bytes,
    *,
    kind: str = "employees",
    who: str = "sysadmin",
    name: str = "pegawai.csv",
    headers: Mapping[str, str] | None = None,
    **form: str,
) -> TestResponse:
    token = desk.service.person(desk.id_of(who), "identity")
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({"kind": kind, "file": file, **form})
    return desk.service.call(
        "POST",
        "/api/identity/v1/imports",
        token=token,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=headers,
    )


def bring(desk: Desk, content: bytes, **options: Any) -> dict[str, Any]:
    """Send a file, let its job end, and return the import."""
    answer = send(desk, content, **options)
    assert answer.status_code == 202, answer.json
    work(desk)
    return read(desk, answer.json["id"])


def read(desk: Desk, import_id: str) -> dict[str, Any]:
    answer = desk.call("sysadmin", "GET", f"/imports/{import_id}")
    assert answer.status_code == 200, answer.json
    return answer.json


def step(desk: Desk, import_id: str, name: str) -> dict[str, Any]:
    """Apply or undo an import, let its job end, and return it."""
    answer = desk.call("sysadmin", "POST", f"/imports/{import_id}/{name}")
    assert answer.status_code == 202, answer.json
    work(desk)
    return read(desk, import_id)


def imported(desk: Desk, content: bytes, **options: Any) -> dict[str, Any]:
    """Bring in a file and apply it."""
    return step(desk, bring(desk, content, **options)["id"], "apply")


def work(desk: Desk) -> None:
    while turn(desk):
        pass


def turn(desk: Desk, worker: str = "a") -> bool:
    with desk.app.app_context():
        return JobLoop(desk.service.runtime, JOBS, worker).run()


def corrections(desk: Desk, import_id: str) -> bytes:
    answer = desk.call("sysadmin", "GET", f"/imports/{import_id}/corrections")
    assert answer.status_code == 200, answer.json
    return answer.data


def cells(content: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


@dataclass
class Papers:
    """Stands where documents keeps a job's result document; raises what it is given."""

    away: Exception | None = None
    kept: dict[UUID, bytes] = field(default_factory=dict)

    def __call__(self, job: Job, name: str, write: Callable[[], bytes]) -> Receipt:
        if self.away:
            raise self.away
        content = self.kept.setdefault(job.id, write())
        size = len(content)
        return Receipt(job.id, job.owner_id, "demo", "ab" * 32, size, XLSX, name)


def employee(desk: Desk, nip: str) -> dict[str, Any] | None:
    answer = desk.call("sysadmin", "POST", "/employees/search", json={"nip": nip})
    return answer.json if answer.status_code == 200 else None


def counts(told: Mapping[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(told["counts"][name] for name in names)


@contextmanager
def dying(monkeypatch: Any, point: str) -> Iterator[None]:
    """Have whoever comes by a failpoint die there."""

    def die(passed: str) -> None:
        if passed == point:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("chassis.run.jobs.failpoint", die)
        yield
