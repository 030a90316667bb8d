"""How an applicant dealt with what an officer marked (ruling R35): changed, or answered.

A marked part that was left as it was, without a sentence that says why, keeps a revision from
being sent.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from chassis.kernel.errors import FieldError, Invalid
from services.proposal.domain.opening import ClosedForChange

SHORTEST_ANSWER, LONGEST_ANSWER = 10, 500
UNANSWERED = "revision_unanswered"
_TEXTS: Mapping[str, Mapping[str, str]] = {
    UNANSWERED: {
        "id": "Ubah bagian ini, atau jawab mengapa sudah sesuai.",
        "en": "Change this part, or answer why it is right as it is.",
    },
    "too_short": {
        "id": f"Jawab dengan satu kalimat, paling sedikit {SHORTEST_ANSWER} karakter.",
        "en": f"Answer with a sentence of at least {SHORTEST_ANSWER} characters.",
    },
    ClosedForChange.code: ClosedForChange.text,
}


class PartState(StrEnum):
    CHANGED = "changed"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class MarkedPart:
    """What an officer marked, as it was then and as it is now.

    `target` is `document:<requirement>` or `field:<name>`; `before` and `now` are the revision of
    the document or the value of the field, None where there is none. A document counts as
    `changed` by its content: the same file again has a revision of its own.
    """

    target: str
    before: Any
    now: Any
    changed: bool
    answer: str | None = None

    @property
    def state(self) -> PartState:
        if self.changed:
            return PartState.CHANGED
        return PartState.ANSWERED if self.answer else PartState.UNANSWERED

    def untouched(self) -> "MarkedPart":
        """Return the part as it was marked, before anything was done about it."""
        return replace(self, now=self.before, changed=False, answer=None)

    def stored(self) -> dict[str, Any]:
        """Return the part as the history keeps it."""
        return {
            "target": self.target,
            "state": str(self.state),
            "before": self.before,
            "now": self.now,
            "answer": self.answer,
        }


def unanswered(parts: Iterable[MarkedPart]) -> list[FieldError]:
    """Name the parts for which nothing was done, by the pointers of `submission_refused`."""
    return [
        _error(_pointer(part.target), UNANSWERED)
        for part in parts
        if part.state is PartState.UNANSWERED
    ]


def with_answers(
    opened: Mapping[str, Any] | None, answers: Mapping[str, str | None]
) -> dict[str, Any] | None:
    """Return what a revision remembers, with answers added; None takes one back.

    Raises `ClosedForChange` for parts nobody marked, or `Invalid` for what is no sentence.
    """
    if opened is None and not answers:
        return None
    remembered = dict(opened or {})
    _check(answers, marked=remembered.get("before", {}))
    told = {**remembered.get("answers", {}), **answers}
    return {**remembered, "answers": {target: said for target, said in told.items() if said}}


def _check(answers: Mapping[str, str | None], *, marked: Collection[str]) -> None:
    strange, short = [], []
    for index, (target, said) in enumerate(answers.items()):
        if target not in marked:
            strange.append(_error(f"/answers/{index}/target", ClosedForChange.code))
        elif said is not None and len(said) < SHORTEST_ANSWER:
            short.append(_error(f"/answers/{index}/text", "too_short"))
    if strange:
        raise ClosedForChange(errors=strange)
    if short:
        raise Invalid(errors=short)


def _error(pointer: str, code: str) -> FieldError:
    return FieldError(pointer, code, _TEXTS[code]["id"], _TEXTS[code]["en"])


def _pointer(target: str) -> str:
    kind, _, name = target.partition(":")
    return f"/{kind}s/{name}"
