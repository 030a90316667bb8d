"""Where in a file something was found, in words its owner can follow."""

from collections.abc import Sequence
from dataclasses import dataclass

PAGE, FIELD, ATTACHMENT, OPENING = "page", "field", "attachment", "opening"
MOST_PLACES = 10
LONGEST_NAME = 80


@dataclass(frozen=True, order=True)
class Place:
    """A page (from 1), a field or an attachment by its name, or what happens on opening."""

    kind: str
    page: int = 0
    name: str = ""

    def said(self, language: str) -> str:
        page, field, attachment, opening = _WORDS[language]
        if self.kind == PAGE:
            return f"{page} {self.page}"
        if self.kind == OPENING:
            return opening
        named = f"{field if self.kind == FIELD else attachment} “{self.name}”"
        return f"{named} ({page} {self.page})" if self.page else named


@dataclass(frozen=True)
class Places:
    """Places as a sentence of their own, and a space; nothing when none is known."""

    places: Sequence[Place]

    def said(self, language: str) -> str:
        words = ", ".join(place.said(language) for place in self.places)
        return f"{_WHERE[language]}: {words}. " if words else ""


_WHERE = {"id": "Letaknya", "en": "Found in"}
_WORDS = {
    "id": ("halaman", "kolom", "lampiran", "bagian yang berjalan saat berkas dibuka"),
    "en": ("page", "field", "attachment", "what runs when the file is opened"),
}
