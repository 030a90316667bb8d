"""The first steps of a new region: what is done is read from the data, and ends the list."""

import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.sections.beginning.reading import NEEDED
from tests.portal.stage_set import API, URL, FakeEdge, page_of, problem, sign_in

ROOT = Path(__file__).parents[2]
IDENTITY = "/api/identity/v1"
TITLES = {role: {"id": f"Peran {role}", "en": f"Role {role}"} for role in NEEDED}
FIRST = {"units": 1, "employees": 1, "role-grants": ["sysadmin"], "holidays": 0, "proposals": 0}
LATER = {"units": 2, "employees": 2, "role-grants": [*NEEDED], "holidays": 1, "proposals": 1}
KINDS = ("units", "employees")
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


@pytest.fixture
def page(client: FlaskClient, edge: FakeEdge) -> str:
    sign_in(client, edge, "sysadmin")
    a_region(edge, **FIRST)
    return unescape(client.get("/portal/langkah-awal").text)


def test_every_variable_of_a_command_is_set_by_one_before_it(page: str):
    commands = re.findall(r"<code>(.*?)</code>", page, re.DOTALL)
    known: set[str] = set()

    assert len(commands) > 10
    for command in commands:
        for line in command.splitlines():
            if named := re.match(r"([A-Z]+)=", line):
                known.add(named[1])
            assert set(re.findall(r"\$([A-Z]+)", line)) <= known, line


def test_the_token_comes_from_a_command_that_exists(page: str):
    assert f"URL={URL}\nTOKEN=$(docs/examples/token.sh $URL <NIP> '<kata sandi>' <6 angka>)" in page
    assert os.access(ROOT / "docs/examples/token.sh", os.X_OK)


def test_every_step_says_how_it_is_done(page: str):
    steps = page.split('<ol class="steps">')[1].split("</li>")[:-1]

    assert len(steps) == len(STEPS)
    assert all("<code>" in step or '<a class="button' in step for step in steps)
    for kind in KINDS:
        assert f"-F kind={kind} -F file=@contoh-{kind}.xlsx" in page
    assert page.count("/imports/$ID/apply") == len(KINDS)


def test_what_a_command_sends_can_be_downloaded_from_the_page(
    client: FlaskClient, edge: FakeEdge, page: str
):
    for kind in KINDS:
        name = f"contoh-{kind}.xlsx"
        saved = {"Content-Disposition": f'attachment; filename="{name}"'}
        edge.answers["GET", f"{IDENTITY}/imports/{kind}/sample"] = (200, b"PK", saved)

        link = re.search(rf'href="([^"]+)">{name}<', page)
        assert link
        file = client.get(link[1])

        assert (file.data, name in file.headers["Content-Disposition"]) == (b"PK", True)


def test_every_page_and_manual_it_names_is_a_link_that_leads_there(client: FlaskClient, page: str):
    main = page.split('<main id="main">')[1].split("</main>", maxsplit=1)[0]
    links = set(re.findall(r'href="(/portal/langkah-awal/petunjuk/[^"]+)"', main))

    assert {client.get(link).status_code for link in links} == {200}
    assert len(links) == 2
    assert "docs/panduan" not in main
    assert client.get("/portal/langkah-awal/petunjuk/token.sh").status_code == 302
