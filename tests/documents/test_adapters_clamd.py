"""The client of clamd: against the real one, and against answers that a real one never gives."""

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from services.documents.adapters.scanners.clamd import Clamd
from services.documents.adapters.scanners.opening import open_scanner
from services.documents.adapters.scanners.protocol import (
    Clean,
    Found,
    ScannerTooLarge,
    ScannerUnavailable,
    ScannerUrlInvalid,
)
from services.documents.domain.limits import MAX_BYTES
from tests.builders.clamav import SIGNATURE, VERSION, ClamdServer, an_infected_pdf
from tests.builders.pdfs import a_pdf


def scanned(url: str, content: bytes) -> Clean | Found:
    return Clamd.from_url(url).scan(io.BytesIO(content))


class TestARealDaemon:
    @pytest.fixture(params=["url", "port_url"])
    def url(self, clamd: ClamdServer, request: pytest.FixtureRequest) -> str:
        url: str = getattr(clamd, request.param)
        return url

    def test_finds_nothing_in_a_plain_file(self, url: str):
        assert scanned(url, a_pdf()) == Clean()

    def test_names_what_it_finds(self, url: str):
        found = scanned(url, an_infected_pdf())

        assert isinstance(found, Found)
        assert found.name.startswith(SIGNATURE)

    def test_takes_the_largest_file_that_documents_takes(self, url: str):
        assert scanned(url, a_pdf().ljust(MAX_BYTES, b"\n")) == Clean()

    def test_finds_what_stands_at_the_end_of_the_largest_file(self, url: str):
        infected = an_infected_pdf()
        assert isinstance(scanned(url, infected.rjust(MAX_BYTES, b"\n")), Found)

    def test_that_takes_less_than_the_file_says_so_and_is_not_taken_for_silent(self, url: str):
        with pytest.raises(ScannerTooLarge):
            scanned(url, bytes(12 * 1_048_576))

    def test_reads_a_file_from_its_beginning_wherever_it_was_left(self, url: str):
        file = io.BytesIO(an_infected_pdf())
        file.seek(0, io.SEEK_END)

        assert isinstance(Clamd.from_url(url).scan(file), Found)

    def test_says_of_when_its_signatures_are(self, url: str):
        known = Clamd.from_url(url).signatures()

        assert str(VERSION) in known.version
        assert known.made_at is not None
        assert abs(datetime.now(UTC) - known.made_at) < timedelta(days=1)
        assert not known.are_old(datetime.now(UTC))
        assert known.are_old(datetime.now(UTC) + timedelta(days=9))


@contextmanager
def answering(reply: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection at a time as told, and hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                with line:
                    reply(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"clamd://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def read_file(line: socket.socket) -> bytes:
    """Read a question and its chunks to their end, as clamd does."""
    reader, content = line.makefile("rb"), b""
    assert reader.read(10) == b"zINSTREAM\0"
    while length := struct.unpack(">I", reader.read(4))[0]:
        content += reader.read(length)
    return content


def after_the_file(answer: bytes) -> Callable[[socket.socket], None]:
    def reply(line: socket.socket) -> None:
        read_file(line)
        line.sendall(answer)

    return reply


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: Simpul.Test FOU",
        b"stream: OKAY\0",
        b"OK\0",
        b"stream: FOUND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"stream: OK\0stream: Simpul.Test FOUND\0",
        b"\xff\xfe\0",
        b"a" * 100_000,
    ],
)
def test_whatever_is_no_whole_answer_is_no_answer(answer: bytes):
    with answering(after_the_file(answer)) as url, pytest.raises(ScannerUnavailable):
        scanned(url, a_pdf())


def test_the_file_arrives_whole_and_in_order():
    arrived = []

    def reply(line: socket.socket) -> None:
        arrived.append(read_file(line))
        line.sendall(b"stream: OK\0")

    content = bytes(range(256)) * 1_000
    with answering(reply) as url:
        scanned(url, content)

    assert arrived == [content]


def test_an_answer_in_pieces_is_put_together():
    def reply(line: socket.socket) -> None:
        read_file(line)
        for byte in b"stream: OK\0":
            line.sendall(bytes([byte]))

    with answering(reply) as url:
        assert scanned(url, a_pdf()) == Clean()


def test_who_hangs_up_in_the_middle_of_the_file_has_not_answered():
    with answering(lambda line: line.recv(100)) as url, pytest.raises(ScannerUnavailable):
        scanned(url, bytes(MAX_BYTES))


def test_who_never_answers_is_not_waited_for_longer_than_said():
    heard = threading.Event()

    def silent(line: socket.socket) -> None:
        read_file(line)
        heard.wait(30)

    with answering(silent) as url:
        patient = Clamd(("127.0.0.1", int(url.rpartition(":")[2])), patience=0.2)
        with pytest.raises(ScannerUnavailable):
            patient.scan(io.BytesIO(a_pdf()))
        heard.set()


def test_who_answers_a_byte_at_a_time_for_ever_is_not_waited_for_either():
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        read_file(line)
        while not over.wait(0.02):
            try:
                line.sendall(b"s")
            except OSError:
                return

    with answering(drip) as url:
        patient = Clamd(("127.0.0.1", int(url.rpartition(":")[2])), patience=0.3)
        with pytest.raises(ScannerUnavailable):
            patient.scan(io.BytesIO(a_pdf()))
        over.set()


def test_a_daemon_that_is_not_there_has_not_answered(tmp_path):
    for url in (f"clamd:{tmp_path}/none.sock", "clamd://127.0.0.1:1"):
        with pytest.raises(ScannerUnavailable):
            scanned(url, a_pdf())
        with pytest.raises(ScannerUnavailable):
            Clamd.from_url(url).signatures()


@pytest.mark.parametrize(
    ("answer", "made_at"),
    [
        (
            b"ClamAV 1.4.6/27450/Fri Nov 20 09:34:55 2026",
            datetime(2026, 11, 20, 9, 34, 55, tzinfo=UTC),
        ),
        (
            b"ClamAV 1.0.0-rc/26000/Sun Aug  2 01:02:03 2026",
            datetime(2026, 8, 2, 1, 2, 3, tzinfo=UTC),
        ),
        (b"ClamAV 1.4.6", None),
        (b"ClamAV 1.4.6/27450/yesterday", None),
    ],
)
def test_the_moment_of_the_signatures_is_read_or_unknown(answer: bytes, made_at: datetime | None):
    def reply(line: socket.socket) -> None:
        line.recv(100)
        line.sendall(answer + b"\0")

    with answering(reply) as url:
        known = Clamd.from_url(url).signatures()

    assert (known.version, known.made_at) == (answer.decode(), made_at)


def test_signatures_of_unknown_age_are_old():
    with answering(lambda line: line.sendall(b"ClamAV 1.4.6\0")) as url:
        assert Clamd.from_url(url).signatures().are_old(datetime.now(UTC))


@pytest.mark.parametrize(
    "url",
    [
        "clamd:",
        "clamd:relative",
        "clamd://",
        "clamd://host/path",
        "clamd:///",
        "virus:x",
        "none",
        "",
    ],
)
def test_an_address_that_leads_nowhere_is_refused(url: str):
    with pytest.raises(ValueError, match=r"clamd|scanner"):
        open_scanner(url)


def test_without_a_scanner_nobody_looks():
    assert open_scanner("none:") is None


def test_a_package_may_bring_a_scanner(monkeypatch: pytest.MonkeyPatch):
    brought = object()

    class Point:
        name = "icap"

        def load(self) -> Callable[[str], object]:
            return lambda url: (brought, url)

    monkeypatch.setattr(
        "services.documents.adapters.scanners.opening.brought_to",
        lambda group: [Point()] if group == "simpul.scanners" else [],
    )
    assert open_scanner("icap://scanner:1344") == (brought, "icap://scanner:1344")
    with pytest.raises(ScannerUrlInvalid):
        open_scanner("other://scanner")
