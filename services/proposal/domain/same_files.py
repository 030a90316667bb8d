"""The same file in two places of what a person has filed: said and marked, never refused (R46)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.kernel.languages import LANGUAGES
from services.proposal.domain.stages import Text

_TEXTS: Mapping[str, Text] = {
    "here": {
        "id": "Berkas yang sama juga dipakai untuk “{name}”.",
        "en": "The same file is also used for “{name}”.",
    },
    "elsewhere": {
        "id": "Berkas yang sama juga ada dalam usulan {number} yang masih berjalan.",
        "en": "The same file is also in the proposal {number}, which is still running.",
    },
    "elsewhere_unseen": {
        "id": "Berkas yang sama juga ada dalam usulan lain dari pengusul yang masih berjalan.",
        "en": "The same file is also in another running proposal of the applicant.",
    },
}


@dataclass(frozen=True)
class SameFile:
    """Where else a file is: for another requirement, or in another open case.

    Both are None of a case that the reader may not see.
    """

    requirement: str | None = None
    proposal_id: UUID | None = None
    name: Text | None = None
    number: str | None = None

    @property
    def text(self) -> Text:
        """Say it in both languages."""
        if self.requirement is not None and self.name is not None:
            name = self.name
            return {
                each: _TEXTS["here"][each].format(name=name.get(each) or name["id"])
                for each in LANGUAGES
            }
        kind = "elsewhere" if self.number else "elsewhere_unseen"
        return {each: _TEXTS[kind][each].format(number=self.number) for each in LANGUAGES}
