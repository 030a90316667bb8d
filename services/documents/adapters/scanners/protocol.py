"""What documents asks of a scanner for malware, and how a scanner says that it cannot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, ClassVar, Protocol

from chassis.kernel.errors import Unavailable

# Signatures are published several times a day; a mirror that stopped is noticed after a week.
OLDEST = timedelta(days=7)


class ScannerUnavailable(Unavailable):
    """The scanner does not answer, or answers nonsense. The file may be fine."""

    code = "scanner_unavailable"
    retry_after: ClassVar[int] = 60
    text: ClassVar = {
        "id": "Pemeriksa virus sedang tidak dapat dihubungi, sehingga berkas belum diterima. "
        "Coba lagi beberapa menit lagi.",
        "en": "The virus scanner cannot be reached, so the file was not taken. "
        "Try again in some minutes.",
    }


class ScannerTooLarge(ScannerUnavailable):
    """The scanner is set to take less than documents does: its operator must let it take more."""

    code = "scanner_too_small"
    text: ClassVar = {
        "id": "Pemeriksa virus belum diatur untuk berkas sebesar ini. Hubungi pengelola sistem.",
        "en": "The virus scanner is not set up for files of this size. Tell the system's operator.",
    }


class SignaturesOld(Unavailable):
    """The scanner works with signatures of last week or earlier, or does not say of when."""

    code = "scanner_signatures_old"


class ScannerUrlInvalid(ValueError):
    """`SCANNER_URL` cannot be understood."""


@dataclass(frozen=True)
class Clean:
    """The scanner knows nothing bad of the file."""


@dataclass(frozen=True)
class Found:
    """The file holds something that the scanner knows. `name` is the signature's."""

    name: str


@dataclass(frozen=True)
class Signatures:
    """What a scanner knows: its version, and of when that is, if it says so."""

    version: str
    made_at: datetime | None

    def are_old(self, now: datetime) -> bool:
        return self.made_at is None or now - self.made_at > OLDEST


class Scanner(Protocol):
    """Looks for malware. Both methods may raise `ScannerUnavailable`."""

    def scan(self, file: BinaryIO) -> Clean | Found:
        """Read the whole file. Raises `ScannerTooLarge`."""
        ...

    def signatures(self) -> Signatures:
        """Tell what the scanner knows; answers within 2 s."""
        ...
