"""Of a sensitive layanan, messages and events carry the number and the stage, no more (R6)."""

import json
from collections.abc import Iterator

import pytest

from chassis.process import runtime as runtimes
from chassis.process.regions import all_regions, in_region
from services.proposal.usecases.catalogue import install
from tests.builders.definitions import definition_data
from tests.builders.pdf_words import words_of
from tests.journeys.journey import Filed, Journey

NAME = "Layanan Sangat Pribadi"
NOTE = "Lampirkan berita acara pembinaan keluarga"
SECRETS = (NAME, NOTE, "pembinaan", "sangat_pribadi")


@pytest.fixture(scope="module")
def returned(journey: Journey) -> Iterator[Filed]:
    definition = definition_data(code="sangat_pribadi", name={"id": NAME}, sensitive=True)
    with journey.system.apps["proposal"].app_context(), in_region("demo"):
        install([definition])
    filed = journey.file("sangat_pribadi", {}, ())
    filed.decide("revise", by="umpeg", note=NOTE)
    journey.settle()
    yield filed
    filed.resubmit()
    filed.decide("reject", by="umpeg", note="Selesai untuk uji")


def test_the_applicant_reads_the_note_in_the_application(returned: Filed) -> None:
    assert [notice["note"] for notice in returned.history() if notice["note"]] == [NOTE]


@pytest.mark.parametrize("reader", ["applicant", "umpeg"])
def test_the_notices_name_the_number_and_nothing_else(returned: Filed, reader: str) -> None:
    number = returned.seen_by()["number"]
    told = returned.journey.notices(reader, returned.id)

    assert told
    for notice in told:
        assert number in notice["subject"]
        assert not any(secret in f"{notice['subject']} {notice['body']}" for secret in SECRETS)


def test_the_mails_say_no_more_than_the_notices(returned: Filed) -> None:
    mails = returned.journey.mails(returned.seen_by()["number"])

    assert any("Perbaikan" in mail for mail in mails)
    assert not any(secret in mail for mail in mails for secret in SECRETS)


def test_the_receipt_names_the_number_and_nothing_else(returned: Filed) -> None:
    words = words_of(returned.open_document("tanda-terima", by="applicant"))

    assert returned.seen_by()["number"] in words
    assert not any(secret in words for secret in SECRETS)


def test_the_events_carry_no_free_text(returned: Filed) -> None:
    app = returned.journey.system.apps["proposal"]
    with app.app_context(), all_regions():
        runtime = runtimes.of(app)
        outbox = runtime.db.plumbing.outbox
        bodies = [row.body for row in runtime.db.session.execute(outbox.select())]
    mine = [text for body in bodies if returned.id in (text := _text(body))]

    assert len(mine) >= 2
    assert not any(NOTE in text for text in mine)


def _text(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body)
