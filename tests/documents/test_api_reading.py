from pathlib import Path
from uuid import UUID

import pytest
import time_machine

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.usecases.granting import token_hash
from tests.builders.metrics import moved
from tests.builders.pdfs import a_letter, a_pdf
from tests.documents.conftest import API, Desk


def object_file(desk: Desk) -> Path:
    (found,) = [path for path in desk.machinery.store.root.rglob("*") if path.is_file()]
    return Path(found)


@pytest.fixture
def stored(desk: Desk) -> str:
    return str(desk.upload(a_letter(), name="SK Pangkat é.pdf").json["id"])


class TestTheBytes:
    def test_leave_as_an_attachment_that_nothing_runs_or_keeps(self, desk: Desk, stored: str):
        answer = desk.get(f"documents/{stored}/content")

        headers = answer.headers
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Disposition"] == (
            "attachment; filename=\"SK Pangkat e.pdf\"; filename*=UTF-8''SK%20Pangkat%20%C3%A9.pdf"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        policy = "sandbox; default-src 'none'; frame-ancestors 'none'"
        assert headers["Content-Security-Policy"] == policy
        assert headers["Content-Length"] == str(len(a_letter()))

    @pytest.mark.parametrize("bit", [0, 7, 4000])
    def test_with_a_flipped_bit_are_never_served(self, desk: Desk, stored: str, bit: int):
        path = object_file(desk)
        content = bytearray(path.read_bytes())
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)

        answer = desk.get(f"documents/{stored}/content")
        granted = desk.grant(stored, desk.owner).json["url"]

        assert (answer.status_code, answer.json["code"]) == (500, "document_corrupt")
        assert desk.get(granted).json["code"] == "document_corrupt"
        assert desk.get(f"documents/{stored}/views").json["data"] == []

    @pytest.mark.parametrize("left", [0, 1, 500])
    def test_cut_in_the_store_are_never_served(self, desk: Desk, stored: str, left: int):
        path = object_file(desk)
        path.write_bytes(path.read_bytes()[:left])

        assert desk.get(f"documents/{stored}/content").json["code"] == "document_corrupt"

    def test_missing_in_the_store_raise_the_alarm(self, desk: Desk, stored: str):
        object_file(desk).unlink()

        with moved("documents_corrupt"):
            answer = desk.get(f"documents/{stored}/content")

        assert answer.json["code"] == "document_corrupt"

    def test_are_served_again_when_the_right_ones_are_back(self, desk: Desk, stored: str):
        path = object_file(desk)
        path.rename(path.with_suffix(".away"))
        desk.get(f"documents/{stored}/content")
        path.with_suffix(".away").rename(path)

        assert desk.get(f"documents/{stored}/content").data == a_letter()


class TestAnOwner:
    def test_sees_one_s_own_documents_newest_first_page_by_page(self, desk: Desk):
        made = [desk.upload(a_pdf(str(n)), name=f"berkas {n}.pdf").json["id"] for n in range(5)]

        seen, cursor = [], ""
        while cursor is not None:
            page = desk.get(f"documents?limit=2{cursor and '&cursor=' + cursor}").json
            seen += [item["id"] for item in page["data"]]
            cursor = page["page"]["next_cursor"]

        assert seen == made[::-1]

    def test_finds_documents_by_a_part_of_the_name(self, desk: Desk):
        desk.upload(name="SK Pangkat.pdf")
        desk.upload(name="ijazah_50%.pdf")

        found = {
            q: [item["name"] for item in desk.get(f"documents?q={q}").json["data"]]
            for q in ("pangkat", "50%25", "_", "%25")
        }

        assert found == {
            "pangkat": ["SK Pangkat.pdf"],
            "50%25": ["ijazah_50%.pdf"],
            "_": ["ijazah_50%.pdf"],
            "%25": ["ijazah_50%.pdf"],
        }

    def test_can_show_one(self, desk: Desk, stored: str):
        told = desk.get(f"documents/{stored}").json

        assert (told["name"], told["pages"], told["category"]) == ("SK Pangkat é.pdf", 2, None)
        assert "receipt" not in told
        assert "object_key" not in told

    @pytest.mark.parametrize("what", ["", "/content", "/views"])
    def test_alone_sees_a_document(self, desk: Desk, stored: str, what: str):
        somebody = desk.token(uuid7())
        elsewhere = desk.token(region="lain")

        not_mine = desk.get(f"documents/{stored}{what}", somebody)
        other_region = desk.get(f"documents/{stored}{what}", elsewhere)
        not_there = desk.get(f"documents/{uuid7()}{what}")

        for answer in (not_mine, other_region, not_there):
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")

    def test_sees_who_opened_a_document_when_and_why(self, desk: Desk, stored: str):
        officer = uuid7()
        url = desk.grant(stored, officer, purpose="verifikasi usulan 12").json["url"]
        desk.get(url, desk.token(officer))
        desk.get(f"documents/{stored}/content")

        own, granted = desk.get(f"documents/{stored}/views").json["data"]

        assert (own["viewer_id"], own["purpose"]) == (str(desk.owner), "unduhan pemilik")
        assert (granted["viewer_id"], granted["purpose"]) == (str(officer), "verifikasi usulan 12")


class TestTheLogOfViews:
    """It says who read, once for each reading: not who asked, and not how a browser fetches."""

    def views(self, desk: Desk, stored: str) -> list[str]:
        return [row["purpose"] for row in desk.get(f"documents/{stored}/views").json["data"]]

    def test_leave_to_read_is_no_reading(self, desk: Desk, stored: str):
        desk.grant(stored, uuid7())

        assert self.views(desk, stored) == []

    def test_whoever_asks_about_the_bytes_has_not_read_them(self, desk: Desk, stored: str):
        officer = uuid7()
        url = desk.grant(stored, officer).json["url"]
        own = f"{API}/documents/{stored}/content"
        for path, token in ((own, desk.token()), (url, desk.token(officer))):
            assert desk.service.call("HEAD", path, token=token).status_code == 200

        assert self.views(desk, stored) == []

    def test_what_is_fetched_again_is_one_reading_and_later_another(self, desk: Desk, stored: str):
        officer = uuid7()
        with time_machine.travel(now(), tick=False) as clock:
            for minutes in (0, 1, 1, 9):
                clock.shift(minutes * 60)
                desk.get(desk.grant(stored, officer, purpose="a").json["url"], desk.token(officer))
            desk.get(desk.grant(stored, officer, purpose="b").json["url"], desk.token(officer))

        assert self.views(desk, stored) == ["b", "a", "a"]

    def test_a_reading_that_breaks_off_was_one(self, desk: Desk, stored: str):
        answer = desk.get(f"documents/{stored}/content", buffered=False)
        answer.close()

        assert self.views(desk, stored) == ["unduhan pemilik"]


class TestAGrant:
    @pytest.fixture
    def officer(self) -> UUID:
        return uuid7()

    def test_opens_the_document_for_its_viewer(self, desk: Desk, stored: str, officer: UUID):
        url = desk.grant(stored, officer).json["url"]

        answer = desk.get(url, desk.token(officer))

        assert answer.data == a_letter()
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_is_not_there_for_anybody_else(self, desk: Desk, stored: str, officer: UUID):
        url = desk.grant(stored, officer).json["url"]

        for other in (desk.token(), desk.token(uuid7()), desk.token(officer, region="lain")):
            answer = desk.get(url, other)
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")
        assert desk.service.call("GET", url).status_code == 401
        assert desk.get(f"documents/{stored}/views").json["data"] == []

    def test_is_over_after_its_minutes(self, desk: Desk, stored: str, officer: UUID):
        with time_machine.travel(now(), tick=False) as clock:
            url = desk.grant(stored, officer, minutes=3).json["url"]
            token = desk.token(officer)
            clock.shift(179)
            in_time = desk.get(url, token)
            clock.shift(1)
            too_late = desk.get(url, token)

        assert in_time.status_code == 200
        assert (too_late.status_code, too_late.json["code"]) == (404, "grant_expired")

    def test_cannot_be_guessed_from_what_is_stored(self, desk: Desk, stored: str, officer: UUID):
        token = desk.grant(stored, officer).json["url"].split("/")[-2]

        with desk.service.app.app_context():
            rows = desk.service.runtime.db.session.connection().exec_driver_sql(
                "SELECT token_hash FROM grants"
            )
            kept = [row[0] for row in rows]
        assert kept == [token_hash(token)]
        assert token not in kept

    @pytest.mark.parametrize("token", ["x" * 43, "..%2f..%2fetc", "x", "x" * 500])
    def test_that_was_never_made_is_not_there(self, desk: Desk, token: str):
        assert desk.get(f"grants/{token}/content").status_code == 404

    def test_of_an_unknown_document_is_not_made(self, desk: Desk, officer: UUID):
        assert desk.grant(str(uuid7()), officer).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"minutes": 16}, "/minutes"),
            ({"minutes": 0}, "/minutes"),
            ({"purpose": ""}, "/purpose"),
            ({"viewer": "x"}, "/viewer"),
            ({"url": "x"}, "/url"),
        ],
    )
    def test_with_a_wrong_field_is_refused(
        self, desk: Desk, stored: str, officer: UUID, wrong: dict[str, object], pointer: str
    ):
        answer = desk.grant(stored, officer, **wrong)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]

    def test_is_for_services_with_the_scope_to_ask(self, desk: Desk, stored: str, officer: UUID):
        order = {"document_id": stored, "viewer": str(officer), "purpose": "lihat"}

        answer = desk.service.call("POST", f"{API}/grants", token=desk.token(), json=order)

        assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")

    def test_asked_for_by_a_client_of_another_region_is_not_made(
        self, desk: Desk, stored: str, officer: UUID
    ):
        order = {"document_id": stored, "viewer": str(officer), "purpose": "lihat"}
        token = desk.service.client("app", "documents.grant", region="lain")

        answer = desk.service.call("POST", f"{API}/grants", token=token, json=order)

        assert answer.status_code == 404
