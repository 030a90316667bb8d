"""What is left of uploads goes away by itself, and nothing that somebody still needs."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import time_machine

from chassis.process.regions import in_region
from services.documents.domain.uploads import LIFE, REFUSED_KEPT
from services.documents.queries import upload_of
from services.documents.usecases import finishing
from services.documents.workers.scrubbing import scrub
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf
from tests.documents.conftest import Desk, by_permit
from tests.documents.test_workers import objects, swept


def rows(desk: Desk, table: str) -> int:
    with desk.service.app.app_context():
        connection = desk.service.runtime.db.session.connection()
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())  # noqa: S608


def test_pieces_of_an_open_upload_stay_its_whole_day(desk: Desk, clock: time_machine.Traveller):
    sending = by_permit(desk)
    sending.send(a_letter())
    clock.shift(LIFE - timedelta(minutes=5))

    swept(desk)

    sending.headers = by_permit(desk).headers
    assert sending.finish().status_code == 201


def test_an_upload_whose_day_is_over_goes_with_its_pieces(
    desk: Desk, clock: time_machine.Traveller
):
    by_permit(desk).send(a_letter())
    clock.shift(LIFE + timedelta(minutes=5))

    swept(desk)

    assert objects(desk) == []
    assert (rows(desk, "uploads"), rows(desk, "upload_pieces")) == (0, 0)


def test_a_document_stays_when_its_upload_is_forgotten(desk: Desk, clock: time_machine.Traveller):
    document = by_permit(desk).finish(a_letter()).json["id"]
    clock.shift(LIFE + timedelta(minutes=5))

    swept(desk)

    assert rows(desk, "uploads") == 0
    assert desk.get(f"documents/{document}/content").data == a_letter()


def test_bytes_of_a_refused_file_are_there_for_an_hour_and_the_reason_for_a_day(
    desk: Desk, clock: time_machine.Traveller
):
    sending = by_permit(desk)
    refused = bad_pdfs.cut(a_pdf())
    sending.finish(refused)
    clock.shift(REFUSED_KEPT - timedelta(minutes=5))
    swept(desk)
    assert bytes_of(desk, sending.where) == refused
    clock.shift(timedelta(hours=1))

    swept(desk)

    sending.headers = by_permit(desk).headers
    assert objects(desk) == []
    assert sending.show()["problem"]["code"] == "document_damaged"


def bytes_of(desk: Desk, where: str) -> bytes:
    with desk.service.app.app_context(), in_region("demo"):
        upload = upload_of(UUID(where.rsplit("/", 1)[1]), desk.owner, None)
        with finishing.bytes_of(upload) as spool:
            return spool.read()


def test_pieces_that_lost_or_were_given_up_are_swept_even_if_they_are_many(
    desk: Desk, clock: time_machine.Traveller
):
    kept = desk.upload().json["id"]
    sending = by_permit(desk)
    sending.send(a_letter())
    (piece,) = [path for path in objects(desk) if "0-pieces" in str(path)]
    for number in range(150):
        (piece.parent / f"{piece.name[:-16]}{number:016x}").write_bytes(b"of nobody")
    sending.ask("DELETE", sending.where)
    assert len(objects(desk)) == 151  # what is known to be over is removed at once
    clock.shift(timedelta(hours=2))

    swept(desk)

    assert len(objects(desk)) == 1
    assert desk.get(f"documents/{kept}/content").data == a_pdf()


def test_nothing_is_left_of_many_uploads_not_even_their_folders(desk: Desk):
    for _ in range(3):
        assert by_permit(desk).finish(a_letter()).status_code == 201

    root = Path(desk.machinery.store.root)
    assert [path.name for path in root.glob("0-pieces/**/*")] == ["demo"]


def test_a_region_may_be_called_anything_and_keeps_its_documents(
    desk: Desk, clock: time_machine.Traveller
):
    for region in ("uploads", "pieces"):
        desk.upload(token=desk.token(region=region))
    clock.shift(timedelta(hours=2))

    swept(desk)

    assert len(objects(desk)) == 2


def test_the_weekly_reading_leaves_pieces_alone(desk: Desk, clock: time_machine.Traveller):
    by_permit(desk).send(a_letter())
    clock.shift(timedelta(days=8))
    with desk.service.app.app_context():
        assert scrub() is False

    assert len(objects(desk)) == 1
