"""A real clamd for tests, with signatures of its own: nothing is fetched, nothing real is known.

`MARK` is the only thing it takes for malware. Its signatures come as an unsigned `daily` database,
so that the daemon says of when they are.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ops.engines.child import Child
from ops.engines.process import find, free_port
from services.documents.adapters.scanners.clamd import Clamd
from services.documents.adapters.scanners.protocol import ScannerUnavailable
from tests.builders.pdfs import PdfWriter

PACKAGE = "clamav-daemon"
MARK = b"SIMPUL-INVENTED-INFECTION-7f3a"
SIGNATURE = "Simpul.Test.Invented"
VERSION = 27450
_HEAD = 512


def an_infected_pdf(mark: bytes = MARK, ahead: int = 0) -> bytes:
    """A file that every other check accepts; `ahead` bytes more stand before the mark."""
    pdf = PdfWriter()
    pdf.add("<< /Type /Catalog /Pages 2 0 R >>")
    pdf.add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    pdf.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>")
    pdf.stream(b"%" * ahead + b"\nBT (" + mark + b") Tj ET")
    return pdf.write(1)


class ClamdServer:
    """clamd in a folder, at a socket and a port. It can be killed, and started again."""

    def __init__(self, folder: Path) -> None:
        self._database = folder / "database"
        self._database.mkdir()
        self._port = free_port()
        self._socket = folder / "clamd.sock"
        configuration = folder / "clamd.conf"
        configuration.write_text(
            f"Foreground yes\nDatabaseDirectory {self._database}\nLocalSocket {self._socket}\n"
            f"TCPSocket {self._port}\nTCPAddr 127.0.0.1\nStreamMaxLength 11M\nMaxThreads 4\n"
            f"TemporaryDirectory {folder}\n",
            encoding="utf-8",
        )
        self.child = Child(
            [find("clamd", PACKAGE), "-c", str(configuration)], log=folder / "clamd.log"
        )

    @property
    def url(self) -> str:
        return f"clamd:{self._socket}"

    @property
    def port_url(self) -> str:
        return f"clamd://127.0.0.1:{self._port}"

    def start(self, *, made_at: datetime | None = None, knows: bytes = MARK) -> None:
        """Start with signatures of a moment, now unless it is said."""
        made = made_at or datetime.now(UTC)
        (self._database / "daily.cud").write_bytes(_database(made, knows))
        self.child.start()
        self.child.wait_until(self._answers)

    def kill(self) -> None:
        self.child.kill()

    def stop(self) -> None:
        self.child.stop()

    def _answers(self) -> bool:
        try:
            Clamd.from_url(self.url).signatures()
        except ScannerUnavailable:
            return False
        return True


@contextmanager
def running(folder: Path) -> Iterator[ClamdServer]:
    server = ClamdServer(folder)
    server.start()
    yield server
    server.stop()


def _database(made_at: datetime, mark: bytes) -> bytes:
    """An unsigned database: a header, then an archive with its contents and what they hash to."""
    signatures = f"{SIGNATURE}:0:*:{mark.hex()}\n".encode()
    head = f"ClamAV-VDB:{made_at:%d %b %Y %H-%M} +0000:{VERSION}:1:90:X:X:simpul:"
    head += str(int(made_at.timestamp()))
    digest = hashlib.sha256(signatures).hexdigest()
    listed = f"{head}\ndaily.ndb:{len(signatures)}:{digest}\n".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in {"daily.info": listed, "daily.ndb": signatures}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return head.encode().ljust(_HEAD) + packed.getvalue()
