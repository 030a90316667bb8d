"""The section of docs/adding-a-section.md joins the portal as a folder and as a package.

Nothing else is touched, and it passes everything that the built-in sections pass.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.shell.sections import Section, SectionInvalid, discover
from tests.pluggable import section_guide
from tests.pluggable.importing import importable
from tests.portal.section_checks import CHECKS, Standing
from tests.portal.stage_set import FakeEdge, csrf_of, page_of, portal, sign_in

CASE = "01a20000-0000-7000-8000-0000000000dd"
CASES = "/api/panel/v1/cases"
WAYS = {"folder": section_guide.write, "package": section_guide.write_package}


@pytest.fixture(scope="module", params=WAYS)
def panel(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Section]:
    folder = tmp_path_factory.mktemp(request.param)
    WAYS[request.param](folder)
    with importable() as install:
        install(folder)
        yield discover()["panel"]


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge()


@pytest.fixture
def member(panel: Section, edge: FakeEdge) -> FlaskClient:
    client = portal(edge)
    sign_in(client, edge)
    case = {"id": CASE, "number": "DEMO/2026/7", "decision": None, "version": 3}
    edge.answers["GET", CASES] = (200, page_of(case))
    edge.answers["POST", f"{CASES}/{CASE}/decision"] = (200, case | {"decision": "approve"})
    return client


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_what_the_built_in_sections_keep(
    panel: Section, check: Callable[[Standing], None]
):
    check(Standing(panel))


def test_it_is_in_the_menu_and_on_the_first_page_with_its_count(member: FlaskClient):
    page = member.get("/portal/").text

    assert '<a href="/portal/panel">Penilaian panel <span class="count">1</span></a>' in page
    assert "<strong>1</strong><span>menunggu penilaian</span>" in page


def test_who_has_nothing_to_judge_does_not_see_it(member: FlaskClient, edge: FakeEdge):
    edge.answers["GET", CASES] = (200, page_of())

    assert "/portal/panel" not in member.get("/portal/").text


def test_its_page_speaks_the_readers_language(member: FlaskClient):
    english = member.get("/portal/panel", headers={"Accept-Language": "en"}).text

    assert "<h1>Panel assessment</h1>" in english
    assert ">Leave out</button>" in english


def test_a_decision_goes_with_version_and_key_and_is_confirmed(member: FlaskClient, edge: FakeEdge):
    form = {"csrf_token": csrf_of(member), "etag": '"3"', "key": "k", "decision": "approve"}

    done = member.post(f"/portal/panel/{CASE}", data=form)

    (sent,) = edge.told("POST", f"{CASES}/{CASE}/decision")
    assert (sent.headers["if-match"], sent.headers["idempotency-key"]) == ('"3"', "k")
    assert sent.json == {"decision": "approve"}
    assert done.headers["Location"] == "/portal/panel"
    assert "Usulan DEMO/2026/7 telah diputus." in member.get("/portal/panel").text


def test_its_form_sends_the_version_it_was_rendered_with(member: FlaskClient):
    page = member.get("/portal/panel").text

    assert 'name="etag" value="&#34;3&#34;"' in page


def test_a_notice_about_its_subject_opens_its_page(member: FlaskClient, edge: FakeEdge):
    notice: dict[str, Any] = {
        "id": CASE, "about": f"panel_case/{CASE}", "subject": "Dinilai", "body": "",
        "created_at": "2026-04-01T01:00:00+00:00", "read_at": None,
    }  # fmt: skip
    edge.answers["GET", "/api/notification/v1/notices"] = (200, page_of(notice))

    page = member.get("/portal/pemberitahuan").text

    assert 'name="to" value="/portal/panel"' in page


def test_a_second_section_of_its_name_stops_the_start(
    panel: Section, monkeypatch: pytest.MonkeyPatch
):
    twin = Section(name="panel", pages=panel.pages)
    monkeypatch.setattr("portal.shell.sections._installed", lambda: [panel, twin])

    with pytest.raises(SectionInvalid, match="two sections are called 'panel'"):
        portal(FakeEdge())
