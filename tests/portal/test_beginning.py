"""The first steps of a new region: what is done is read from the data, and ends the list."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.sections.beginning.reading import MANUALS, NEEDED
from tests.portal.stage_set import API, FakeEdge, page_of, problem, sign_in

ROOT = Path(__file__).parents[2]
IDENTITY = "/api/identity/v1"
TITLES = {role: {"id": f"Peran {role}", "en": f"Role {role}"} for role in NEEDED}
FIRST = {"units": 1, "employees": 1, "role-grants": ["sysadmin"], "holidays": 0, "proposals": 0}
LATER = {"units": 2, "employees": 2, "role-grants": [*NEEDED], "holidays": 1, "proposals": 1}
STEPS = (
    "Perangkat Daerah dan unit",
    "Pegawai",
    "Peran para petugas",
    "Hari libur",
    "Usulan percobaan",
)


def a_region(edge: FakeEdge, **state: Any) -> None:
    def several(count: int) -> Any:
        return (200, page_of(*({"id": str(number)} for number in range(count))))

    edge.answers |= {
        ("GET", f"{IDENTITY}/units"): several(state["units"]),
        ("GET", f"{IDENTITY}/employees"): several(state["employees"]),
        ("GET", f"{IDENTITY}/role-grants"): (
            200,
            page_of(*({"role": role} for role in state["role-grants"])),
        ),
        ("GET", f"{IDENTITY}/roles"): (
            200,
            {"data": [{"code": role, "title": title} for role, title in TITLES.items()]},
        ),
        ("GET", f"{API}/holidays"): several(state["holidays"]),
        ("GET", f"{API}/proposals"): several(state["proposals"]),
    }


def test_the_administrator_of_a_new_region_is_told_what_to_do_next(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge, "sysadmin")
    a_region(edge, **FIRST)

    first = client.get("/portal/").text
    page = client.get("/portal/langkah-awal").text

    assert 'href="/portal/langkah-awal"' in first
    assert all(step in first and step in page for step in STEPS)
    assert 'class="done"' not in page
    assert "/api/identity/v1/imports" in page
    assert all(TITLES[role]["id"] in page for role in NEEDED)


@pytest.mark.parametrize("done", LATER)
def test_a_step_is_ticked_from_the_data(client: FlaskClient, edge: FakeEdge, done: str):
    sign_in(client, edge, "sysadmin")
    a_region(edge, **FIRST | {done: LATER[done]})

    page = client.get("/portal/langkah-awal").text

    assert page.count('class="done"') == 1


@pytest.mark.parametrize("state", [LATER, LATER | {"holidays": 0, "proposals": 0}])
def test_the_list_leaves_the_first_page_when_a_proposal_can_go_its_way(
    client: FlaskClient, edge: FakeEdge, state: dict[str, Any]
):
    sign_in(client, edge, "sysadmin")
    a_region(edge, **state)

    assert "/portal/langkah-awal" not in client.get("/portal/").text


def test_whoever_does_not_administer_the_region_does_not_see_it(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge, "umpeg")
    a_region(edge, **FIRST)
    edge.answers["GET", f"{IDENTITY}/role-grants"] = (403, problem(403, "forbidden"))

    assert "/portal/langkah-awal" not in client.get("/portal/").text
    assert client.get("/portal/langkah-awal").status_code == 403
    assert len(edge.told("GET", f"{IDENTITY}/role-grants")) == 2


def test_the_manuals_it_names_are_there():
    assert all((ROOT / name).is_file() for name in MANUALS.split(", "))
