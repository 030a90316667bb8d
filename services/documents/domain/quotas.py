"""How much one person may send in 24 hours; refused files count too.

Files that were answered "busy" count by themselves: they take nothing of the day's files.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from chassis.kernel.errors import Refused

WINDOW = timedelta(hours=24)
BUSY_WINDOW = timedelta(hours=1)
# When a file may come again that was answered "busy".
BUSY_RETRY_SECONDS = 10
# Whoever waits that long before each try of a file never reaches it.
MOST_BUSY = BUSY_WINDOW // timedelta(seconds=BUSY_RETRY_SECONDS)


class QuotaExceeded(Refused):
    """The person sent as much as one person may in 24 hours."""

    kind = "too_many"
    code = "upload_quota_exceeded"
    retry_after = 3600
    text: ClassVar = {
        "id": "Batas unggah 24 jam tercapai ({files} berkas, {megabytes} MB). Coba lagi besok.",
        "en": "The upload limit of 24 hours is reached ({files} files, {megabytes} MB). "
        "Try again tomorrow.",
    }


class BusyTooOften(Refused):
    """The person tried again and again, faster than they were told to."""

    kind = "too_many"
    code = "upload_tries_exceeded"
    retry_after = 900
    text: ClassVar = {
        "id": "Terlalu banyak percobaan unggah selagi pemeriksaan atau penyimpanan berkas sibuk. "
        "Tunggu 15 menit, lalu unggah berkas satu per satu.",
        "en": "Too many tries to upload while the check or the store of files was busy. "
        "Wait 15 minutes, then upload the files one by one.",
    }


class Sent:
    """How many files were sent, and how many bytes they have together."""

    def __init__(self, files: int, size: int | None) -> None:
        self.files = files
        self.size = int(size or 0)

    def __add__(self, other: Self) -> "Sent":
        return Sent(self.files + other.files, self.size + other.size)


@dataclass(frozen=True)
class Quota:
    """Limits per person and 24 hours."""

    files: int
    megabytes: int

    def check(self, *, files: int, size: int) -> None:
        """Raise `QuotaExceeded` unless what was sent before leaves room for one more file."""
        if files >= self.files or size >= self.megabytes * 1_048_576:
            raise QuotaExceeded(files=self.files, megabytes=self.megabytes)

    def check_busy(self, *, files: int, size: int) -> None:
        """Raise `BusyTooOften` after too many answers "busy", or too many bytes sent for them."""
        if files >= MOST_BUSY or size >= self.megabytes * 1_048_576:
            raise BusyTooOften
