from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from chassis.process.ids import uuid7
from tests.builders import bad_pdfs
from tests.builders.pdfs import a_letter, a_pdf, a_scan
from tests.documents.conftest import Desk


class TestARepeatedKey:
    def test_with_the_same_file_gets_the_same_answer_and_one_document(self, desk: Desk):
        headers = {"Idempotency-Key": "unggah-1"}

        first, second = (desk.upload(a_scan(), headers=headers) for _ in range(2))

        assert (first.status_code, second.status_code) == (201, 201)
        assert second.json == first.json
        assert second.headers["Idempotency-Replayed"] == "true"
        assert len(desk.get("documents").json["data"]) == 1
        assert len(desk.service.recorded("document.stored.v1")) == 1

    def test_with_another_file_is_refused(self, desk: Desk):
        headers = {"Idempotency-Key": "unggah-2"}
        desk.upload(a_scan(), headers=headers)

        answer = desk.upload(a_letter(), headers=headers)

        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")

    def test_after_a_refusal_may_bring_the_corrected_file(self, desk: Desk):
        headers = {"Idempotency-Key": "unggah-3"}
        refused = desk.upload(bad_pdfs.cut(a_pdf()), headers=headers)

        assert refused.status_code == 422
        assert desk.upload(a_pdf(), headers=headers).status_code == 201

    def test_sent_eight_times_at_once_makes_one_document(self, desk: Desk):
        def send(_: int) -> tuple[int, str]:
            answer = desk.upload(a_scan(), headers={"Idempotency-Key": "unggah-4"})
            return answer.status_code, answer.json.get("id", answer.json.get("code"))

        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(send, range(8)))

        made = {told for status, told in answers if status == 201}
        assert len(made) == 1
        # Four of eight at once would be too many checks for one person.
        assert {status for status, _ in answers} <= {201, 409, 503}
        assert len(desk.get("documents").json["data"]) == 1


@pytest.mark.parametrize("at_once", [1, 4, 12])
def test_uploads_at_once_are_all_kept_apart(desk: Desk, at_once: int):
    contents = [a_pdf(f"Berkas {number}", pages=number + 1) for number in range(at_once)]
    people = [desk.token(uuid7()) for _ in contents]

    with ThreadPoolExecutor(at_once) as pool:
        answers = list(
            pool.map(lambda content, token: desk.upload(content, token=token), contents, people)
        )

    assert [answer.status_code for answer in answers] == [201] * at_once
    assert [answer.json["sha256"] for answer in answers] == [
        sha256(content).hexdigest() for content in contents
    ]
    assert [answer.json["pages"] for answer in answers] == list(range(1, at_once + 1))


def test_beside_a_bomb_an_ordinary_file_is_taken(desk: Desk):
    with ThreadPoolExecutor(5) as pool:
        bombs = [
            pool.submit(desk.upload, bad_pdfs.stream_bomb(), token=desk.token(uuid7()))
            for _ in range(4)
        ]
        ordinary = pool.submit(desk.upload, a_pdf())

    assert [bomb.result().status_code for bomb in bombs] == [422] * 4
    assert ordinary.result().status_code == 201
