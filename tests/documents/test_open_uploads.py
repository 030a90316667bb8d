"""How many uploads a person may have open, what makes room, and what counts for the day."""

from datetime import timedelta

import time_machine

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.domain import uploads
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.uploads import LARGEST_PIECE, SMALLEST_PIECE
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf
from tests.documents.conftest import SLOT, Desk, Sending, by_permit, by_token
from tests.documents.test_workers import objects


class TestWhoOpensTooMany:
    def test_is_told_to_finish_some_first(self, desk: Desk):
        opened = [by_permit(desk) for _ in range(uploads.MOST_OPEN)]
        statuses = [sending.begin(100).status_code for sending in opened]

        refused = by_permit(desk).begin(100)
        opened[0].ask("DELETE", opened[0].where)

        assert statuses == [201] * uploads.MOST_OPEN
        assert (refused.status_code, refused.json["code"]) == (429, "too_many_open_uploads")
        assert "Retry-After" in refused.headers
        assert by_permit(desk).begin(100).status_code == 201
        assert by_permit(desk, desk.token(uuid7())).begin(100).status_code == 201

    def test_bytes_count_too(self, desk: Desk):
        most = uploads.MOST_OPEN_BYTES // MAX_BYTES
        statuses = [by_permit(desk).begin(MAX_BYTES).status_code for _ in range(most + 1)]

        assert statuses == [201] * most + [429]

    def test_has_room_by_what_stood_still_for_an_hour_the_oldest_first(self, desk: Desk, clock):
        lying = self.filled(desk)
        clock.shift(uploads.IDLE - timedelta(minutes=1))
        early = by_permit(desk).begin(100)
        clock.shift(timedelta(minutes=2))

        late = by_permit(desk).begin(100)

        token = by_token(desk)
        left = [token.ask("GET", sending.where).status_code for sending in lying]
        assert (early.status_code, late.status_code) == (429, 201)
        assert left == [404] + [200] * (len(lying) - 1)
        assert len(objects(desk)) == len(lying) - 1

    def test_never_loses_one_that_moves(self, desk: Desk, clock):
        lying = self.filled(desk)
        clock.shift(uploads.IDLE - timedelta(minutes=5))
        for sending in lying:
            sending.headers = by_token(desk).headers
            assert sending.piece(b"x" * SMALLEST_PIECE, SMALLEST_PIECE).status_code == 204
        clock.shift(timedelta(minutes=30))

        assert by_permit(desk).begin(100).json["code"] == "too_many_open_uploads"

    def test_has_room_sooner_for_what_is_sent_to_its_slot_anew(self, desk: Desk, clock):
        lying = self.filled(desk)
        clock.shift(uploads.IDLE_IN_ITS_SLOT + timedelta(minutes=1))

        elsewhere = by_permit(desk, slot=f"{SLOT}_lain").begin(100)
        anew = by_permit(desk, slot=f"{SLOT}_7").begin(100)

        token = by_token(desk)
        gone = [sending for sending in lying if token.ask("GET", sending.where).status_code == 404]
        assert (elsewhere.status_code, anew.status_code) == (429, 201)
        assert gone == [lying[7]]

    def filled(self, desk: Desk) -> list[Sending]:
        """Begin as many uploads as may be open, each in a slot of its own and cut after a piece."""
        lying = []
        for number in range(uploads.MOST_OPEN):
            lying.append(by_permit(desk, slot=f"{SLOT}_{number}"))
            lying[-1].begin(3 * SMALLEST_PIECE)
            lying[-1].piece(b"x" * SMALLEST_PIECE, 0)
        return lying

    def test_has_room_again_when_the_day_is_over(self, desk: Desk):
        with time_machine.travel(now(), tick=True) as clock:
            for _ in range(uploads.MOST_OPEN):
                by_permit(desk).begin(100)
            clock.shift(timedelta(hours=25))

            assert by_permit(desk).begin(100).status_code == 201


def test_the_quota_counts_no_files_of_another_region(service):
    desk = Desk(service("documents", UPLOADS_PER_DAY="1"), uuid7())
    elsewhere = desk.token(region="lain")
    for content in (a_pdf(), bad_pdfs.cut(a_pdf())):
        desk.upload(content, token=elsewhere)

    assert [desk.upload().status_code for _ in range(2)] == [201, 429]


def test_the_quota_counts_what_was_finished_or_refused_in_pieces(service):
    desk = Desk(service("documents", UPLOADS_PER_DAY="2"), uuid7())
    waiting = by_permit(desk)
    waiting.send(a_letter())
    answers = [by_permit(desk).finish(each()) for each in (a_letter, lambda: bad_pdfs.cut(a_pdf()))]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert waiting.finish().json["code"] == "upload_quota_exceeded"
    assert by_permit(desk).begin(100).json["code"] == "upload_quota_exceeded"
    assert desk.upload().json["code"] == "upload_quota_exceeded"


def test_bytes_that_came_before_an_upload_was_given_up_count_for_the_day_and_go_at_once(service):
    desk = Desk(service("documents", UPLOAD_MEGABYTES_PER_DAY="1"), uuid7())
    for _ in range(2):
        sending = by_permit(desk)
        sending.begin(MAX_BYTES)
        sending.piece(b"x" * LARGEST_PIECE, 0)
        sending.ask("DELETE", sending.where)
        by_permit(desk).begin(100)

    refused = by_permit(desk).begin(100)

    assert (refused.status_code, refused.json["code"]) == (429, "upload_quota_exceeded")
    assert desk.service.recorded("document.refused.v1") == []
    assert objects(desk) == []


def test_giving_up_what_never_began_to_come_costs_nothing(service):
    desk = Desk(service("documents", UPLOADS_PER_DAY="1"), uuid7())
    for _ in range(3):
        sending = by_permit(desk)
        sending.begin(100)
        sending.ask("DELETE", sending.where)

    assert by_permit(desk).finish(a_letter()).status_code == 201
