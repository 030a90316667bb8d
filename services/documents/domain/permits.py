"""Leave to send one file for one place, for some minutes. It gives no other right."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from chassis.kernel.errors import Invalid, Refused

LIFE = timedelta(minutes=15)
# A slot is what its service calls the place a file is meant for: `proposal/<id>/<requirement>`.
SLOT = r"[a-z][a-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*){1,5}$"
LONGEST_SLOT = 160
# A path of this site with a query at most: a browser takes `//` and `/\` for another site.
BACK = r"/(?![/\\])[A-Za-z0-9/_.~%?=&+:@,;-]*$"
LONGEST_BACK = 400


class PermitInvalid(Refused):
    """The permit is forged, malformed, or not one of ours."""

    kind = "unauthenticated"
    code = "permit_invalid"
    text: ClassVar = {
        "id": "Izin unggah tidak sah. Muat ulang halaman, lalu coba lagi.",
        "en": "The upload permit is not valid. Load the page again and retry.",
    }


class PermitExpired(Refused):
    """The permit was good once."""

    kind = "unauthenticated"
    code = "permit_expired"
    text: ClassVar = {
        "id": "Izin unggah sudah berakhir. Muat ulang halaman, lalu lanjutkan.",
        "en": "The upload permit has expired. Load the page again and go on.",
    }


class PermitWithoutBack(Invalid):
    """A form is answered by sending the browser back, and its permit does not say where to."""

    code = "permit_without_back"
    text: ClassVar = {
        "id": "Izin unggah ini tidak menyebut halaman untuk kembali.",
        "en": "This upload permit names no page to go back to.",
    }


@dataclass(frozen=True)
class Permit:
    """What a person may send: a file of at most `max_bytes` for `slot`, and where to go after."""

    slot: str
    max_bytes: int
    back: str | None = None

    def way_back(self, upload_id: object) -> str:
        """Name the page to go back to, with the upload it is told of.

        Raises `PermitWithoutBack`.
        """
        return self._back_with("unggahan", upload_id)

    def way_back_refused(self, code: str) -> str:
        """Name the page to go back to when no upload began, with why not.

        Raises `PermitWithoutBack`.
        """
        return self._back_with("gagal", code)

    def _back_with(self, name: str, told: object) -> str:
        if self.back is None:
            raise PermitWithoutBack
        joint = "&" if "?" in self.back else "?"
        return f"{self.back}{joint}{name}={told}"
