"""Rules about who holds what, with many requests at one time on PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from chassis.process.manifest import load
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.seeds.demo import seed
from tests.builders.databases import database_on
from tests.builders.service import let_go
from tests.identity.desk import Desk

pytestmark = pytest.mark.live
AT_ONCE = 8


@pytest.fixture(scope="module")
def desk(postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("roles")
    app = load("services.identity.app:create_app")(database_on(postgres, "identity", folder))
    seed(app, folder)
    yield Desk(app, folder)
    let_go(app)


def at_once(calls: list[Callable[[], TestResponse]]) -> Counter[int]:
    """Send requests at one time; return how often each status was answered."""
    together = Barrier(len(calls))

    def call(send: Callable[[], TestResponse]) -> int:
        together.wait()
        return send().status_code

    with ThreadPoolExecutor(len(calls)) as threads:
        return Counter(threads.map(call, calls))


def giving(desk: Desk, **of: Any) -> Callable[[], TestResponse]:
    body = {"unit_id": None, "starts_on": "2026-01-01", **of}
    return lambda: desk.call("sysadmin", "POST", "/role-grants", json=body)


def nobodys_opd(desk: Desk, code: str) -> str:
    parent = desk.unit("demo")
    body = {"code": code, "name": f"Dinas {code}", "kind": "opd", "parent_id": parent}
    answer = desk.call("sysadmin", "POST", "/units", json=body)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def somebody(desk: Desk, n: int, unit_id: str) -> str:
    body = {
        "nip": f"199001012015011{n:03d}",
        "name": "Pegawai Baru",
        "unit_id": unit_id,
        "jabatan": "Analis",
        "jenis_jabatan": "pelaksana",
        "golongan": "III/a",
        "source": "SK CPNS",
    }
    answer = desk.call("sysadmin", "POST", "/employees", json=body)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def sysadmins(desk: Desk) -> list[UUID]:
    with desk.app.app_context(), in_region("demo"):
        return [grant.id for grant in queries.grants_of_post("sysadmin", None)]


def test_of_many_given_one_post_at_once_one_holds_it(desk: Desk):
    unit = nobodys_opd(desk, "pos")
    people = [somebody(desk, n, unit) for n in range(1, AT_ONCE + 1)]

    answers = at_once(
        [giving(desk, employee_id=who, role="opd_head", unit_id=unit) for who in people]
    )

    assert answers == {201: 1, 409: AT_ONCE - 1}


def test_the_same_role_given_many_times_at_once_is_given_once(desk: Desk):
    unit = nobodys_opd(desk, "sama")
    who = somebody(desk, 100, unit)

    answers = at_once([giving(desk, employee_id=who, role="umpeg", unit_id=unit)] * AT_ONCE)

    assert answers == {201: 1, 409: AT_ONCE - 1}


def test_of_many_letters_made_at_once_one_opens_the_account(desk: Desk):
    unit = nobodys_opd(desk, "surat")
    who = somebody(desk, 200, unit)
    paths: list[str] = []

    def make() -> TestResponse:
        answer = desk.call("sysadmin", "POST", f"/employees/{who}/password-reset")
        paths.append(answer.json["path"])
        return answer

    assert at_once([make] * AT_ONCE) == {201: AT_ONCE}
    browser = desk.app.test_client()
    answers = Counter(browser.get(path).status_code for path in paths)

    assert answers[200] == 1


def test_however_many_end_at_once_a_system_administrator_is_left(desk: Desk):
    unit = nobodys_opd(desk, "akhir")
    for who in [somebody(desk, 300 + n, unit) for n in range(AT_ONCE - 1)]:
        assert giving(desk, employee_id=who, role="sysadmin")().status_code == 201
    grants = sysadmins(desk)

    def ending(grant: UUID) -> Callable[[], TestResponse]:
        headers, path = {"If-Match": '"1"'}, f"/role-grants/{grant}/end"
        return lambda: desk.call("sysadmin", "POST", path, json={}, headers=headers)

    answers = at_once([ending(grant) for grant in grants])

    left = sysadmins(desk)
    assert answers[200] + len(left) == len(grants)
    assert left
