"""A file that a service made: which one it is, and why it is not taken."""

from dataclasses import dataclass
from typing import ClassVar

from chassis.kernel.errors import Forbidden, Refused


@dataclass(frozen=True)
class MadeAs:
    """Which of its files a service means. The same again is the same document."""

    maker: str | None
    subject: str | None
    version: int | None


SENT_BY_A_PERSON = MadeAs(None, None, None)


class MadeOtherwise(Refused):
    """Another content came under the same subject and version, or for another owner."""

    code = "made_otherwise"
    text: ClassVar = {
        "id": "Berkas dengan subjek dan versi ini sudah ada dengan isi atau pemilik lain.",
        "en": "A file of this subject and version is there with other content or another owner.",
    }


class OwnerUnknown(Refused):
    """Identity has not told documents of such a person in this region."""

    code = "owner_unknown"
    text: ClassVar = {
        "id": "Pemilik berkas belum dikenal di daerah ini.",
        "en": "The owner of the file is not known in this region.",
    }


class ServiceRequired(Forbidden):
    """Only a service makes files for somebody else, and only in a region that is its own."""

    code = "service_required"
    text: ClassVar = {
        "id": "Hanya layanan sistem yang dapat membuat berkas untuk orang lain di daerah ini.",
        "en": "Only a service of this region can make a file for somebody else.",
    }
