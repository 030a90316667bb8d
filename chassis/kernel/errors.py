"""The one way a rule says no.

Domain code raises subclasses of `Refused`; the HTTP layer turns them into problem+json
(RFC 9457). A refusal carries a stable English code and its text in both languages, so the
domain needs to know neither HTTP nor who is reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True)
class FieldError:
    """One wrong field: a JSON pointer into the request, a stable code, the text per language."""

    pointer: str
    code: str
    id: str
    en: str


class Refused(Exception):
    """A rule said no. Subclasses set `kind`, `code` and `text`; `{params}` are filled in."""

    kind: ClassVar[str] = "conflict"
    code: ClassVar[str] = "refused"
    text: ClassVar[Mapping[str, str]] = {
        "id": "Permintaan tidak dapat dipenuhi.",
        "en": "The request cannot be met.",
    }

    def __init__(self, *, errors: Sequence[FieldError] = (), **params: Any) -> None:
        super().__init__(self.code)
        self.errors = tuple(errors)
        self.params = params

    @classmethod
    def at(cls, pointer: str, **params: Any) -> Self:
        """Refuse one field of the request, which says why as the whole does."""
        refusal = cls(**params)
        words = refusal.detail("id"), refusal.detail("en")
        refusal.errors = (FieldError(pointer, cls.code, *words),)
        return refusal

    def detail(self, language: str = "id") -> str:
        """Return the text in `language` ("id" or "en") with the parameters filled in.

        A parameter that has words of its own for each language, like `words.Size`, says them.
        """
        template = self.text.get(language) or self.text["id"]
        return template.format_map(
            {key: _said(value, language) for key, value in self.params.items()}
        )

    def members(self) -> Mapping[str, Any]:
        """Return what a program is told besides, as members of the problem."""
        return {}

    def __str__(self) -> str:
        return f"{self.code}: {self.detail('en')}"


def _said(value: Any, language: str) -> str:
    said = getattr(value, "said", None)
    return str(said(language)) if said else str(value)


class NotFound(Refused):
    """Not there, or not yours to see: both look the same from outside."""

    kind = "missing"
    code = "not_found"
    text = {"id": "Data tidak ditemukan.", "en": "Not found."}


class Hidden(NotFound):
    """There, and not yours to see: the same from outside as not there, and noted inside."""


class Forbidden(Refused):
    """Signed in, but this is for somebody else."""

    kind = "forbidden"
    code = "forbidden"
    text = {
        "id": "Anda tidak berwenang melakukan ini.",
        "en": "You are not allowed to do this.",
    }


class Invalid(Refused):
    """The fields named in `errors` are wrong."""

    kind = "invalid"
    code = "invalid"
    text = {
        "id": "Isian belum benar. Periksa bagian yang ditandai.",
        "en": "Some fields are not right. See the errors.",
    }


class Unavailable(Refused):
    """Something this service needs does not answer; trying again later is safe."""

    kind = "unavailable"
    code = "unavailable"
    retry_after: ClassVar[int] = 5
    text = {
        "id": "Sistem sedang tidak dapat dihubungi. Data Anda aman; silakan coba lagi sebentar.",
        "en": "The system cannot be reached right now. Nothing was lost; please try again soon.",
    }
