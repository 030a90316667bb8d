import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random
from secrets import token_hex

import pytest

from services.documents.adapters.checker import inspection
from services.documents.adapters.checker.client import CheckerUnavailable, ProcessChecker
from services.documents.adapters.checker.protocol import Usage, line, read_answer
from services.documents.adapters.checker.verdict import Verdict
from services.documents.domain.limits import MEBIBYTE, InspectionLimits
from tests.builders import bad_pdfs
from tests.builders.hostile.bombs import lzw
from tests.builders.pdfs import a_letter, a_pdf, a_scan, a_signed_pdf
from tests.documents.checkers import a_checker, a_file

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
LIMITS = InspectionLimits()
OWNER = "seorang pegawai"


@pytest.fixture(scope="module")
def checker() -> Iterator[ProcessChecker]:
    made = ProcessChecker()
    yield made
    made.close()


def verdict_on(checker: ProcessChecker, content: bytes) -> Verdict:
    with a_file(content) as file:
        return checker.check(file, owner=token_hex())[0]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (a_pdf(pages=3), Verdict(pages=3)),
        (a_scan(4), Verdict(pages=4)),
        (a_letter(2), Verdict(pages=2)),
        (a_signed_pdf(), Verdict(pages=1, signed=True)),
    ],
    ids=["plain", "scan", "letter", "signed"],
)
def test_a_plain_file_is_described(checker: ProcessChecker, content: bytes, found: Verdict):
    assert verdict_on(checker, content) == found


def test_the_words_of_other_alphabets_in_names_do_no_harm(checker: ProcessChecker):
    font = "<< /Type /Font /BaseFont /#CB#CE#CC#E5 /\xcb\xce /\xe9 /Filter /#cb >>"

    assert verdict_on(checker, a_pdf(objects=(font,))).code == ""


HARMLESS = {
    "going to a page when opened": a_pdf(catalog="/OpenAction << /S /GoTo /D [4 0 R /Fit] >>"),
    "a place when opened": a_pdf(catalog="/OpenAction [4 0 R /XYZ null null 0]"),
    "going to a page when a page opens": a_pdf(page="/AA << /O << /S /GoTo /D [4 0 R] >> >>"),
    "printing when opened": a_pdf(catalog="/OpenAction << /S /Named /N /Print >>"),
    "a font called AA": a_pdf(fonts="/AA 3 0 R"),
    "an empty list of attachments": a_pdf(catalog="/Names << /EmbeddedFiles << /Names [] >> >>"),
    "a link to an address": a_pdf(objects=("<< /S /URI /URI (https://contoh.example/) >>",)),
    "the word in a text": a_pdf("/JavaScript /Launch"),
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_only_looks_active_is_accepted(checker: ProcessChecker, kind: str):
    assert verdict_on(checker, HARMLESS[kind]).code == ""


@pytest.mark.parametrize(
    ("kind", "feature"),
    [
        ("javascript fully hex-named", "javascript"),
        ("javascript compressed", "javascript"),
        ("javascript nothing points to", "javascript"),
        ("launch", "launch"),
        ("submit form", "submit_form"),
        ("import data", "import_data"),
        ("go to another file", "remote_go_to"),
        ("embedded file", "embedded_file"),
        ("rich media", "rich_media"),
        ("xfa form", "xfa"),
        ("address when opened", "automatic_action"),
        ("stream kept in another file", "external_file"),
        ("portfolio", "portfolio"),
    ],
)
def test_active_content_is_named(checker: ProcessChecker, kind: str, feature: str):
    assert feature in verdict_on(checker, bad_pdfs.ACTIVE[kind]()).features


@pytest.mark.parametrize(
    ("just_fits", "too_much"),
    [
        (lambda: bad_pdfs.deeply_nested(100), lambda: bad_pdfs.deeply_nested(101)),
        (lambda: a_pdf(pages=2_000), lambda: bad_pdfs.many_pages(2_001)),
        (lambda: bad_pdfs.many_objects(99_000), lambda: bad_pdfs.many_objects(100_001)),
        (lambda: bad_pdfs.stream_bomb(60 * MEBIBYTE), lambda: bad_pdfs.stream_bomb(65 * MEBIBYTE)),
        (
            lambda: bad_pdfs.many_streams_bomb(4, 60 * MEBIBYTE),
            lambda: bad_pdfs.many_streams_bomb(5),
        ),
    ],
    ids=["nesting", "pages", "objects", "stream", "all streams"],
)
def test_a_limit_refuses_what_is_beyond_it_and_nothing_below(
    checker: ProcessChecker, just_fits: Callable[[], bytes], too_much: Callable[[], bytes]
):
    assert verdict_on(checker, just_fits()).code == ""
    assert verdict_on(checker, too_much()).code == "document_too_complex"


BOMBS: dict[str, Callable[[], bytes]] = {
    "stream": bad_pdfs.stream_bomb,
    "twice packed": bad_pdfs.twice_packed_bomb,
    "many streams": bad_pdfs.many_streams_bomb,
    "objects": bad_pdfs.object_stream_bomb,
    "cross-reference": bad_pdfs.cross_reference_bomb,
    "run length": bad_pdfs.run_length_bomb,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_costs_little_memory_and_time(checker: ProcessChecker, kind: str):
    with a_file(BOMBS[kind]()) as file:
        verdict, usage = checker.check(file, owner=OWNER)

    assert verdict.code in ("document_too_complex", "document_damaged")
    assert usage.peak_kib < 512 * 1024
    assert usage.cpu_seconds < LIMITS.cpu_seconds


def test_mutilated_files_never_end_an_inspection_by_surprise():
    seeds, random = [a_pdf(), a_letter(), a_scan(2), a_signed_pdf()], Random(7)
    inspection.set_library_limits(LIMITS)
    codes = set()

    for number in range(1500):
        content = bytearray(seeds[number % len(seeds)])
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(content))
            content[at : at + random.randint(0, 9)] = random.choices(
                b"<>[]()/ 0123456789Rnullobj\n", k=random.randint(0, 9)
            )
        codes.add(inspection.inspect(BytesIO(bytes(content)), LIMITS).code)

    assert {"", "document_damaged"} <= codes


class TestTheProcess:
    @pytest.fixture
    def own(self) -> Iterator[ProcessChecker]:
        made = ProcessChecker()
        yield made
        made.close()

    def test_comes_back_after_being_killed(self, own: ProcessChecker):
        assert verdict_on(own, a_pdf()).pages == 1
        killed = own.pid
        os.kill(killed, signal.SIGKILL)

        assert verdict_on(own, a_pdf(pages=2)).pages == 2
        assert own.pid != killed

    def test_killed_in_the_middle_of_many_files_loses_none(self, own: ProcessChecker):
        verdict_on(own, a_pdf())

        with ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(verdict_on, own, a_pdf(pages=n + 1)) for n in range(24)]
            os.kill(own.pid, signal.SIGKILL)

        assert [future.result().pages for future in waiting] == list(range(1, 25))

    def test_has_no_secret_in_its_environment(
        self, own: ProcessChecker, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("CLIENT_SECRET_DOCUMENTS", "rahasia")
        verdict_on(own, a_pdf())

        environment = Path(f"/proc/{own.pid}/environ").read_bytes()

        assert b"rahasia" not in environment
        assert b"SECRET" not in environment

    def test_ends_when_nobody_can_ask_any_more(self, own: ProcessChecker):
        verdict_on(own, a_pdf())
        running = own._running

        running.requests.close()

        assert running.process.wait(timeout=10) == 0

    def test_that_never_answers_is_reported_as_busy(
        self, own: ProcessChecker, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(own, "_patience", 0.05)
        with a_file(a_pdf()) as file:
            running = own._started()
            os.kill(running.process.pid, signal.SIGSTOP)
            with pytest.raises(CheckerUnavailable):
                own.check(file, owner=OWNER)
            os.kill(running.process.pid, signal.SIGCONT)

    def test_that_cannot_start_is_reported_as_unavailable(self):
        broken = ProcessChecker(program=(sys.executable, "-m", "services.no_such_checker"))

        with a_file(a_pdf()) as file, pytest.raises(CheckerUnavailable):
            broken.check(file, owner=OWNER)


class TestAnInspectionThatDoesNotEnd:
    """A checker with stricter limits, of this test's own."""

    def ended(self, content: bytes, **stricter: float) -> tuple[Verdict, Usage]:
        with a_checker(stricter) as checker, a_file(content) as file:
            return checker.check(file, owner=OWNER)

    def test_is_no_verdict_when_only_the_clock_stopped_it(self):
        with pytest.raises(CheckerUnavailable):
            self.ended(bad_pdfs.many_objects(90_000), wall_seconds=0.05)

    @pytest.mark.slow
    def test_is_stopped_when_it_wants_too_much_computing(self):
        long_array = f"[{'1 ' * 2_900_000}]"

        verdict, usage = self.ended(a_pdf(objects=(long_array,)), cpu_seconds=1)

        assert (verdict.code, usage.ended) == ("document_too_complex", "SIGXCPU")

    def test_is_stopped_when_it_wants_too_much_memory(self):
        verdict, usage = self.ended(bad_pdfs.stream_bomb(60 * MEBIBYTE), memory=110 * MEBIBYTE)

        assert verdict.code == "document_too_complex"
        assert usage.peak_kib < 110 * 1024


def test_an_answer_without_its_last_line_is_no_answer():
    said, usage = line({"pages": 1}), Usage("normally", 1, 0.1)

    assert read_answer(said + usage.line()) == ({"pages": 1}, usage)
    assert read_answer(said) is None
    assert read_answer(b"") is None
    assert read_answer((said + usage.line())[:-5]) is None


def test_an_answer_of_a_child_that_crashed_does_not_count():
    usage = Usage("SIGSEGV", 1, 0.1)

    assert read_answer(line({"pages": 1}) + usage.line({"code": "no"})) == ({"code": "no"}, usage)
    assert read_answer(usage.line({"code": "no"})) == ({"code": "no"}, usage)


def test_an_lzw_bomb_is_stopped_too(checker: ProcessChecker):
    with a_file(a_pdf(objects=(lzw(12),))) as file:
        verdict, usage = checker.check(file, owner=OWNER)

    assert verdict_on(checker, a_pdf(objects=(lzw(1),))).code == ""
    assert verdict.code == "document_too_complex"
    assert usage.peak_kib < 512 * 1024


def test_threads_share_one_process(checker: ProcessChecker):
    verdict_on(checker, a_pdf())
    before = checker.pid
    found: list[int] = []

    threads = [
        threading.Thread(target=lambda n=n: found.append(verdict_on(checker, a_pdf(pages=n)).pages))
        for n in range(1, 13)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(1, 13))
    assert checker.pid == before
