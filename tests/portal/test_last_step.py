"""What cannot be undone is confirmed where it is done: in the page, without a script."""

from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, sign_in
from tests.portal.test_ending import WISH
from tests.portal.told import a_proposal, knows

PATH = f"{API}/proposals/{PROPOSAL}"
CASE, DESK = f"/portal/usulan/{PROPOSAL}", f"/portal/tugas/{PROPOSAL}"
ANSWERS = ["confirm_withdrawal", "refuse_withdrawal"]
# Where something ends for good: the page, the case, and the button that does it.
ENDS = {
    "a decision": (DESK, ["approve", "revise", "reject"], "Ya, kirim keputusan"),
    "a head's decision": (DESK, ["approve", "reject"], "Ya, kirim keputusan"),
    "a result": (f"{DESK}/hasil", ["enter_result"], "Submit Hasil Validasi"),
    "a withdrawal": (CASE, ["withdraw"], "Ya, batalkan"),
    "a withdrawal of a draft": (f"{CASE}/isi", ["submit", "withdraw"], "Ya, batalkan"),
    "a wish to withdraw": (CASE, ["request_withdrawal"], "Ya, minta pembatalan"),
    "a wish that is granted": (DESK, ["approve", *ANSWERS], "Ya, setujui pembatalan"),
}


class Buttons(HTMLParser):
    """Tells of each button of a page, by its text, whether it is folded away at first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.is_folded: dict[str, bool] = {}
        self._open: list[str] = []
        self.feed(page.split('<main id="main">')[1])

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        if tag in ("details", "button"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("details", "button"):
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        if "button" in self._open and data.strip():
            self.is_folded[data.strip()] = "details" in self._open


def shown(client: FlaskClient, edge: FakeEdge, page: str, actions: list[str]) -> str:
    sign_in(client, edge)
    stage = "processing" if "enter_result" in actions else "umpeg_verification"
    stage = "draft" if "submit" in actions else stage
    wish = WISH if "confirm_withdrawal" in actions else None
    knows(edge, a_proposal(stage=stage, allowed_actions=actions, withdrawal=wish))
    return client.get(page).text


@pytest.mark.parametrize(("page", "actions", "button"), ENDS.values(), ids=ENDS)
def test_what_ends_something_for_good_is_unfolded_first(
    client: FlaskClient, edge: FakeEdge, page: str, actions: list[str], button: str
):
    buttons = Buttons(shown(client, edge, page, actions))

    assert buttons.is_folded[button]


def test_closing_has_a_page_of_its_own_that_says_what_it_does(client: FlaskClient, edge: FakeEdge):
    page = shown(client, edge, f"{DESK}/tutup", ["close"])

    assert "Usulan yang ditutup tidak dapat dilanjutkan." in page
    assert page.index("DEMO/2026/1") < page.index("Ya, tutup usulan")


@pytest.mark.parametrize("case", ["a decision", "a result"])
def test_the_enter_key_makes_nothing_final(client: FlaskClient, edge: FakeEdge, case: str):
    page, actions, _ = ENDS[case]

    form = shown(client, edge, page, actions).split("data-once>")[1].split("</form>")[0]

    # The first button is what the key presses, and this one cannot be.
    assert form.split("<button", 1)[1].startswith(" disabled hidden>")


@pytest.mark.parametrize(
    ("case", "path", "typed"),
    [
        ("a decision", "decisions", {"decision": "reject", "note": "Tidak memenuhi."}),
        ("a result", "result", {"result": "tms", "remark": "Tidak memenuhi."}),
    ],
)
def test_what_is_not_confirmed_is_shown_with_its_summary_and_not_sent(
    client: FlaskClient, edge: FakeEdge, case: str, path: str, typed: dict[str, str]
):
    page, actions, button = ENDS[case]
    shown(client, edge, page, actions)

    answer = client.post(page, data=typed | {"csrf_token": csrf_of(client), "etag": '"1"'})

    assert edge.told("POST", f"{PATH}/{path}") == []
    assert ">Tidak memenuhi.</textarea>" in answer.text
    assert '<details class="last" open>' in answer.text
    assert button in answer.text
