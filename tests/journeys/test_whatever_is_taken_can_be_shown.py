"""Whatever text a service takes can be shown: on a page, in a mail, a message, a list, a paper."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from openpyxl.utils.escape import unescape

from chassis.data.listing import Column, Listing, Wanted
from chassis.data.paging import Page, Total
from chassis.http.spreadsheets import harmless, spreadsheet
from chassis.kernel.errors import Invalid
from chassis.kernel.text import name, prose
from chassis.run.typesetting import typeset
from services.notification.adapters.channels import Message
from services.notification.channels.email.channel import CHANNEL as MAIL
from services.notification.channels.email.letters import letter
from services.notification.channels.whatsapp.channel import CHANNEL as WHATSAPP
from services.notification.channels.whatsapp.cloud import WhatsAppCloud
from services.notification.domain.rendering import Facts, render
from tests.builders.pdf_words import words_of
from tests.builders.texts import EVERYTHING
from tests.portal.stage_set import FakeEdge, page_of, portal, sign_in
from tests.portal.test_notices import NOTICES, a_notice

NOTICE = UUID("01a20000-0000-7000-8000-0000000000cc")
TEMPLATE = {
    "id": {
        "subject": "Usulan {name}",
        "body": "Yth. {name},\n\nCatatan: {note}\n\n{sender}",
    }
}
LIST = Listing(
    title="daftar",
    sort="name",
    words=lambda statement, _q: statement,
    columns=(
        Column("name", {"id": "Nama", "en": "Name"}),
        Column("note", {"id": "Catatan", "en": "Note"}),
    ),
)
examples = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Taken:
    """A name and a note as a service keeps them."""

    name: str
    note: str


def cleaned(clean: Callable[[str], str], typed: str) -> str:
    try:
        return clean(typed)
    except Invalid:
        return "x"


TAKEN = st.builds(
    Taken,
    EVERYTHING.map(partial(cleaned, name)),
    EVERYTHING.map(partial(cleaned, prose)),
)


def test_a_page_of_the_portal_shows_it():
    edge = FakeEdge()
    client = portal(edge)
    sign_in(client, edge)

    @examples
    @given(TAKEN)
    def shown(taken: Taken):
        edge.answers["GET", NOTICES] = (200, page_of(a_notice(subject=taken.name, body=taken.note)))
        page = client.get("/portal/pemberitahuan").data.decode()
        assert f'<p class="what">{escape(taken.name)}</p>' in page
        assert f'<p class="text">{escape(taken.note)}</p>' in page

    shown()


def message(taken: Taken, channel) -> Message:
    added = {"recipient_name": taken.name, "sender": "BKPSDM Kota Contoh"}
    facts = Facts(data={"name": taken.name, "note": taken.note}, added=added, labels={})
    text = channel.text.shape(render(TEMPLATE, facts)["id"])
    return Message(
        NOTICE, "a@b.test", text.subject, text.body, "id", "BKPSDM", "https://simpul.test"
    )


@examples
@given(TAKEN)
def test_a_mail_says_it_to_its_last_letter(taken: Taken):
    told = message(taken, MAIL)

    read = message_from_bytes(
        letter(told, mail_from="a@c.test").as_bytes(policy=policy.SMTP), policy=policy.default
    )

    assert read["Subject"] == told.subject.replace("=?", "= ?")
    assert read.get_body(("plain",)).get_content().replace("\r\n", "\n").startswith(told.body)
    assert not read.defects


@examples
@given(TAKEN, st.sampled_from(["", "?template=kabar"]))
def test_whatsapp_gets_it_as_one_text(taken: Taken, query: str):
    told = message(taken, WHATSAPP)
    to_a_mobile = Message(**{**told.__dict__, "to": "081234567890"})
    provider = WhatsAppCloud(f"cloud+https://provider.test/v1/1{query}", token="t")

    body = json.loads(json.dumps(provider._body(to_a_mobile)).encode())

    assert taken.name in json.dumps(body, ensure_ascii=False).replace('\\"', '"').replace(
        "\\\\", "\\"
    )


@pytest.fixture(scope="module")
def spoken() -> Flask:
    return Flask(__name__)


def file_of(app: Flask, taken: Taken, form: str) -> bytes:
    page = Page([taken], total=Total(1))
    with app.test_request_context():
        answer = spreadsheet(
            LIST,
            form,
            Wanted(),
            lambda _wanted: page,
            ZoneInfo("Asia/Jakarta"),
            taken=lambda _rows: None,
        )
        return b"".join(answer.response)


def test_a_list_holds_it_as_csv_and_as_a_workbook(spoken: Flask):
    @settings(examples, max_examples=15)
    @given(TAKEN)
    def held(taken: Taken):
        rows = list(csv.reader(io.StringIO(file_of(spoken, taken, "csv").decode("utf-8-sig"))))
        assert rows[1] == [harmless(taken.name), harmless(taken.note)]
        book = openpyxl.load_workbook(io.BytesIO(file_of(spoken, taken, "xlsx")))
        cells = [unescape(cell.value) for cell in book.worksheets[0][2]]
        assert cells == [taken.name, taken.note]

    held()


PAPER = """
#let facts = json(bytes(sys.inputs.facts))
#set document(title: "x", date: datetime(year: 2026, month: 1, day: 2))
#for fact in facts.texts [#par(fact)]
"""


def test_a_paper_is_set_with_it(tmp_path):
    template = tmp_path / "texts.typ"
    template.write_text(PAPER)

    @settings(examples, max_examples=5, phases=[Phase.generate])
    @given(st.lists(TAKEN, min_size=10, max_size=20))
    def set_(several: list[Taken]):
        texts = [text for taken in several for text in (taken.name, taken.note)]
        assert words_of(typeset(template, {"texts": [*texts, "akhir"]})).endswith("akhir")

    set_()
