"""Whatever keeps a form from being carried out, what was typed into it is there again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, problem, sign_in
from tests.portal.test_contact import CONTACT, reached
from tests.portal.test_ending import WISH
from tests.portal.test_typed import hidden, lose_cookies
from tests.portal.told import a_proposal, knows

PATH = f"{API}/proposals/{PROPOSAL}"
CASE, DESK = f"/portal/usulan/{PROPOSAL}", f"/portal/tugas/{PROPOSAL}"
TEXT = "Kata-kata <saya>, yang panjang & tidak mau saya ketik lagi"
BACK = "Ketikan Anda dipulihkan ke formulir ini."


@dataclass(frozen=True)
class Form:
    """A form of today's pages: where it is, what is typed, and what its service is asked."""

    page: str
    typed: dict[str, str]
    asks: tuple[str, str]
    sent_to: str = ""
    case: dict[str, Any] = field(default_factory=dict)

    def shown(self, client: FlaskClient, edge: FakeEdge) -> dict[str, str]:
        knows(edge, a_proposal(**self.case))
        reached(edge)
        return hidden(client, self.page)

    def send(self, client: FlaskClient, secrets: dict[str, str]) -> Any:
        return client.post(self.sent_to or self.page, data=secrets | self.typed)


def at(stage: str, *actions: str, **changes: Any) -> dict[str, Any]:
    return {"stage": stage, "allowed_actions": [*actions]} | changes


DECIDING = at("umpeg_verification", "approve", "revise", "reject")
WITHDRAWING = at("umpeg_verification", "confirm_withdrawal", "refuse_withdrawal", withdrawal=WISH)
ASKED = at("opd_head_approval", "request_withdrawal")
FORMS = {
    "a draft": Form(f"{CASE}/isi", {"field.keperluan": TEXT}, ("PATCH", PATH)),
    "a decision": Form(
        DESK,
        {"decision": "revise", "note": TEXT, "confirmed": "1"},
        ("POST", f"{PATH}/decisions"),
        case=DECIDING,
    ),
    "a closing": Form(
        f"{DESK}/tutup",
        {"reason": "duplicate", "note": TEXT},
        ("POST", f"{PATH}/close"),
        case=at("revision", "close"),
    ),
    "a result": Form(
        f"{DESK}/hasil",
        {"result": "tms", "remark": TEXT, "confirmed": "1"},
        ("POST", f"{PATH}/result"),
        case=at("processing", "enter_result"),
    ),
    "an answer to a withdrawal": Form(
        DESK,
        {"answer": "refuse", "withdrawal_note": TEXT},
        ("POST", f"{PATH}/withdrawal-answer"),
        f"{DESK}/pembatalan",
        case=WITHDRAWING,
    ),
    "a wish to withdraw": Form(
        CASE,
        {"note": TEXT},
        ("POST", f"{PATH}/withdrawal-request"),
        f"{CASE}/minta-batal",
        case=ASKED,
    ),
    "a contact": Form("/portal/kontak", {"email": TEXT}, ("PATCH", CONTACT)),
}
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


def answers(status: int, code: str) -> Callable[[FlaskClient, FakeEdge, Form], None]:
    def prepare(_client: FlaskClient, edge: FakeEdge, form: Form) -> None:
        edge.answers[form.asks] = (status, problem(status, code))

    return prepare


def ends(client: FlaskClient, _edge: FakeEdge, _form: Form) -> None:
    lose_cookies(client)


def begins_anew(client: FlaskClient, edge: FakeEdge, form: Form) -> None:
    sign_in(client, edge)
    form.shown(client, edge)


TROUBLES = {
    "a session that ended": ends,
    "a session that began anew": begins_anew,
    "a refusal": answers(422, "invalid"),
    "a stale page": answers(412, "stale"),
    "a colleague's decision": answers(409, "not_possible_now"),
    "a right that is gone": answers(403, "forbidden"),
    "a service that does not answer": answers(503, "unavailable"),
}


@EVERY_FORM
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_what_was_typed_is_in_the_form_again_after(
    client: FlaskClient, edge: FakeEdge, form: Form, trouble: Any
):
    sign_in(client, edge)
    secrets = form.shown(client, edge)
    trouble(client, edge, form)

    answer = form.send(client, secrets)

    if trouble is ends:
        sign_in(client, edge)
        form.shown(client, edge)
    page = client.get(form.page).text
    is_shown_at_once = answer.status_code == 422 and BACK not in page
    assert TEXT in unescape(answer.text if is_shown_at_once else page)
    assert is_shown_at_once or BACK in page


@EVERY_FORM
def test_what_came_back_can_be_discarded(client: FlaskClient, edge: FakeEdge, form: Form):
    sign_in(client, edge)
    secrets = form.shown(client, edge)
    answers(503, "unavailable")(client, edge, form)
    form.send(client, secrets)
    page = client.get(form.page).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    done = client.post("/portal/ketikan/buang", data={"csrf_token": token, "again": form.page})

    assert BACK in page
    assert 'action="/portal/ketikan/buang"' in page
    assert (done.status_code, done.headers["Location"]) == (303, form.page)
    assert TEXT not in unescape(client.get(form.page).text)


def test_a_part_that_is_folded_opens_for_what_came_back(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    form = FORMS["a wish to withdraw"]
    secrets = form.shown(client, edge)
    folded = client.get(form.page).text
    answers(503, "unavailable")(client, edge, form)
    form.send(client, secrets)

    assert '<details class="danger">' in folded
    assert '<details class="danger" open>' in client.get(form.page).text
