"""How long a colleague's upload takes while one account sends eight heavy files without pause.

`python bench/fair_checks.py` prints both figures, side by side on this machine, and their ratio.
The goal is a ratio of at most 2.
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from services.documents.domain.limits import MEBIBYTE
from tests.builders import templates
from tests.builders.bad_pdfs import many_streams_bomb
from tests.builders.pdfs import a_letter
from tests.builders.service import one_service
from tests.documents.conftest import Desk

ROUNDS = 5
UPLOADS = 20
HEAVY_AT_ONCE = 8
# A tenth of what the answer asks for.
IMPATIENCE = 1.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault(templates.FOLDER, folder)
        settings = {"UPLOADS_PER_DAY": "100000", "UPLOAD_MEGABYTES_PER_DAY": "100000"}
        desk = Desk(one_service("documents", Path(folder), **settings), uuid4())
        try:
            measure(desk)
        finally:
            desk.service.close()


def measure(desk: Desk) -> None:
    heavy, letter = many_streams_bomb(4, 62 * MEBIBYTE), a_letter(2)
    seconds(desk, letter, 3)
    alone, beside = [], []
    answers: dict[int, int] = {}
    for _ in range(ROUNDS):
        alone += seconds(desk, letter, UPLOADS)
        with flooded(desk, heavy, answers):
            beside += seconds(desk, letter, UPLOADS)
    say("alone", alone)
    say("beside eight heavy files", beside)
    print("answers to the heavy ones:", dict(sorted(answers.items())))
    print(f"ratio of p95: {p95(beside) / p95(alone):.2f} (goal: at most 2)")


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


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def say(about: str, taken: list[float]) -> None:
    milliseconds = (1000 * statistics.median(taken), 1000 * p95(taken), 1000 * max(taken))
    print("{:26} median {:6.0f} ms   p95 {:6.0f} ms   most {:6.0f} ms".format(about, *milliseconds))


if __name__ == "__main__":
    main()
