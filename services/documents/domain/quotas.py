"""How much one person may send in 24 hours; refused files count too."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from chassis.kernel.errors import Refused

WINDOW = timedelta(hours=24)


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


@dataclass(frozen=True)
class Quota:
    """Limits per person and 24 hours."""

    files: int
    megabytes: int

    def check(self, *, files: int, size: int) -> None:
        """Raise `QuotaExceeded` unless what was sent before leaves room for one more file."""
        if files >= self.files or size >= self.megabytes * 1_048_576:
            raise QuotaExceeded(files=self.files, megabytes=self.megabytes)
