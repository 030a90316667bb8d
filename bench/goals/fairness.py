"""Fairness: a colleague's upload while one account sends eight heavy files without pause."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from bench.registry import ALONE, Goal, Reading, Stage
from bench.stats import percentile
from services.documents.domain.limits import MEBIBYTE
from tests.builders import templates
from tests.builders.bad_pdfs import many_streams_bomb
from tests.builders.pdfs import a_letter
from tests.builders.service import one_service
from tests.documents.conftest import Desk

HEAVY_AT_ONCE = 8
IMPATIENCE = 1.0  # a tenth of what the answer asks for


def run(stage: Stage) -> list[Reading]:
    os.environ.setdefault(templates.FOLDER, str(stage.home))
    settings = {"UPLOADS_PER_DAY": "100000", "UPLOAD_MEGABYTES_PER_DAY": "100000"}
    home = stage.home / "fairness"
    home.mkdir()
    desk = Desk(one_service("documents", home, **settings), uuid4())
    try:
        return [_reading(desk, stage.pace.rounds, min(stage.pace.asked, 20))]
    finally:
        desk.service.close()


def _reading(desk: Desk, rounds: int, uploads: int) -> Reading:
    heavy, letter = many_streams_bomb(4, 62 * MEBIBYTE), a_letter(2)
    seconds(desk, letter, 3)
    alone, beside = list[float](), list[float]()
    answers: dict[int, int] = {}
    for _ in range(rounds):
        alone.append(1000 * percentile(seconds(desk, letter, uploads), 95))
        with flooded(desk, heavy, answers):
            beside.append(1000 * percentile(seconds(desk, letter, uploads), 95))
    note = f"answers to the heavy ones: {dict(sorted(answers.items()))}"
    return Reading("p95", beside, alone, "ms", note=note)


def seconds(desk: Desk, content: bytes, times: int) -> list[float]:
    """Upload as a colleague, one after another; return how long each took."""
    token, taken = desk.token(uuid4()), []
    for _ in range(times):
        began = time.perf_counter()
        answer = desk.upload(content, token=token)
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 201, answer.json
    return taken


@contextmanager
def flooded(desk: Desk, heavy: bytes, answers: dict[int, int]) -> Iterator[None]:
    """Let one account send from eight clients until the block ends."""
    ended, token = threading.Event(), desk.token()

    def send() -> None:
        while not ended.is_set():
            status = desk.upload(heavy, token=token).status_code
            answers[status] = answers.get(status, 0) + 1
            ended.wait(IMPATIENCE if status != 201 else 0)

    clients = [threading.Thread(target=send) for _ in range(HEAVY_AT_ONCE)]
    for client in clients:
        client.start()
    time.sleep(1)
    yield
    ended.set()
    for client in clients:
        client.join()


GOAL = Goal(
    "fair",
    "a colleague's upload beside eight heavy files of one account",
    "the same alone",
    2,
    1,
    "at most",
    (ALONE,),
    run,
)
