"""What a region may change in the words of a notice. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from chassis.kernel.errors import FieldError, Invalid
from services.notification.domain.rendering import (
    FRAME,
    SENSITIVE_FACTS,
    UnrenderableNotice,
    check_braces,
    named,
)

LABEL = "_label"
LONGEST_SUBJECT, LONGEST_BODY = 200, 4_000
ORDINARY, SENSITIVE = "ordinary", "sensitive"


@dataclass(frozen=True)
class Place:
    """Which text of which notice: the ordinary or the sensitive one, in one language."""

    service: str
    notice: str
    sensitive: bool
    language: str

    @property
    def kind(self) -> str:
        return SENSITIVE if self.sensitive else ORDINARY


def usable(
    facts: Mapping[str, bool], kinds: Collection[str], *, sensitive: bool
) -> dict[str, bool]:
    """Name the placeholders of a text, and whether what each stands for may be null.

    `facts` are those of the event, `kinds` those of the labels. In a sensitive text only what R6
    allows.
    """
    labels = {f"{kind}{LABEL}": facts[kind] for kind in kinds if kind in facts}
    names = {**facts, **labels, **dict.fromkeys(FRAME, False)}
    return {
        name: may_be_null
        for name, may_be_null in sorted(names.items())
        if not sensitive or name in SENSITIVE_FACTS
    }


def check_words(*, subject: str, body: str, names: Mapping[str, bool]) -> None:
    """Raise `Invalid` unless the event brings every placeholder, in the subject always."""
    always = [name for name, may_be_null in names.items() if not may_be_null]
    errors = [*_errors("/subject", subject, always), *_errors("/body", body, names)]
    if errors:
        raise Invalid(errors=errors)


def _errors(pointer: str, part: str, names: Collection[str]) -> Iterator[FieldError]:
    try:
        check_braces(part)
    except UnrenderableNotice:
        yield FieldError(
            pointer,
            "stray_brace",
            "Kurung kurawal hanya untuk nama isian, misalnya {number}.",
            "Braces are for placeholders only, such as {number}.",
        )
    may_be = ", ".join(f"{{{name}}}" for name in names)
    for unknown in sorted(named(part) - set(names)):
        yield FieldError(
            pointer,
            "unknown_placeholder",
            f"Isian {{{unknown}}} tidak ada di sini. Yang dapat dipakai: {may_be}.",
            f"There is no {{{unknown}}} here. What may be used: {may_be}.",
        )
