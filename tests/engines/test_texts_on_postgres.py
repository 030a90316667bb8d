"""Whatever text is taken is kept and found alike on SQLite and PostgreSQL, and asked for (R36)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.kernel.text import prose
from ops.engines.postgres import Postgres
from services.identity.app import create_app as identity
from services.proposal.app import create_app as proposal
from tests.builders.databases import database_on
from tests.builders.service import Service, let_go, one_service, under_test
from tests.proposal.office import Office
from tests.proposal.over_http import decide, etag, filed

pytestmark = pytest.mark.live
TEXTS = [
    "Syarat\u00a0sele\u00adksi\r\nJPT\u200b",
    "Ma’ruf O'Neil René e\u0301",
    "👩🏽\u200d💻 👍🏻 ❤\ufe0f",
    "𠀀 𝐀 ٣ ᬅᬓ \ue000",
    "%_\\' \"; DROP TABLE x --",
    "a\u0301" + "\u0323" * 20,
    "ＦＵＬＬ　ｗｉｄｔｈ",
]


@pytest.fixture(scope="module")
def offices(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Office]]:
    folder: Path = tmp_path_factory.mktemp("texts")
    on_postgres = under_test(proposal(database_on(postgres, "proposal", folder)))
    both = [Office(one_service("proposal", tmp_path_factory.mktemp("sqlite"))), Office(on_postgres)]
    for office in both:
        office.open()
        office.accept_receipts()
    yield both
    for office in both:
        let_go(office.service.app)


@pytest.mark.parametrize("typed", TEXTS)
def test_a_field_and_a_note_are_kept_as_they_read(offices: list[Office], typed: str):
    for office in offices:
        body = {"layanan": "bebas_hukdis", "fields": {"keperluan": typed}}
        draft = office.call("POST", "/proposals", "applicant", json=body)
        assert draft.status_code == 201, draft.json
        kept = office.call("GET", f"/proposals/{draft.json['id']}", "applicant")
        assert kept.json["fields"]["keperluan"] == prose(typed)
        office.call(
            "POST", f"/proposals/{draft.json['id']}/withdraw", "applicant", headers=etag(kept)
        )


@pytest.mark.parametrize("typed", TEXTS)
def test_words_find_the_same_rows(offices: list[Office], typed: str):
    found = [
        office.call("GET", "/inbox", "umpeg", query_string={"q": typed}).json["page"]["total"]
        for office in offices
    ]

    assert found[0] == found[1]


def test_a_decision_with_every_text_in_its_note_is_in_the_history(offices: list[Office]):
    note = "\n".join(prose(text) for text in TEXTS)
    for office in offices:
        proposal_id = filed(office).json["id"]
        assert decide(office, proposal_id, "umpeg", decision="reject", note=note).status_code == 200
        history = office.call("GET", f"/proposals/{proposal_id}/history", "applicant").json["data"]
        assert history[-1]["note"] == note


@pytest.mark.parametrize("part", ["a%00", "%00", "%EF%BF%BE", "%F0%9D%90%80"])
def test_an_address_that_names_nothing_is_the_address_of_nothing(offices: list[Office], part: str):
    for office in offices:
        draft = office.draft("applicant")
        path = f"/proposals/{draft}/documents/{part}"
        answer = office.call("DELETE", path, "applicant", headers={"If-Match": '"1"'})
        assert answer.status_code in (404, 405, 412, 422), answer.json


@pytest.fixture(scope="module")
def doors(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    app = identity(database_on(postgres, "identity", tmp_path_factory.mktemp("doors")))
    yield under_test(app)
    let_go(app)


@pytest.mark.parametrize("junk", ["a%00", "%00", "%C3%A9", "x" * 7_000])
@pytest.mark.parametrize("parameter", ["client_id", "nonce", "state", "scope", "redirect_uri"])
def test_no_parameter_of_oauth_breaks_the_database(doors: Service, parameter: str, junk: str):
    known = "client_id=simpul-portal&" if parameter != "client_id" else ""
    for method, path in (("GET", "/oauth/authorize"), ("GET", "/oauth/logout")):
        answer = doors.call(method, f"{path}?{known}{parameter}={junk}")
        assert answer.status_code < 500, answer.text
