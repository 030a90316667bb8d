"""Reason codes an officer ticks beside the note (ruling R13), and what they point at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chassis.kernel.errors import FieldError, Invalid

REASONS = (
    "document_unreadable",
    "document_incomplete",
    "document_wrong",
    "document_outdated",
    "document_unsigned",
    "document_missing",
    "field_wrong",
    "field_unclear",
    "data_mismatch",
    "not_eligible",
    "duplicate",
    "other",
)

# What each reason can be ticked for, in the order it is offered.
REASONS_ABOUT: Mapping[str, tuple[str, ...]] = {
    "document": (
        "document_unreadable",
        "document_incomplete",
        "document_wrong",
        "document_outdated",
        "document_unsigned",
        "document_missing",
        "data_mismatch",
        "other",
    ),
    "field": ("field_wrong", "field_unclear", "data_mismatch", "other"),
    "proposal": ("not_eligible", "duplicate", "document_missing", "other"),
}


class MarkedAsWrong(Invalid):
    """What has parts that are marked as wrong is returned or rejected, not approved (R13)."""

    code = "marked_as_wrong"
    text = {
        "id": "Ada bagian yang ditandai; pilih Perbaikan atau Tolak, atau hapus tandanya.",
        "en": "A part is marked as wrong: return or reject the proposal, or take the mark away.",
    }


@dataclass(frozen=True)
class Reason:
    """One ticked reason. `target` is `document:<requirement>`, `field:<name>` or None."""

    code: str
    target: str | None = None

    @property
    def field(self) -> str | None:
        return _after(self.target, "field:")

    @property
    def document(self) -> str | None:
        return _after(self.target, "document:")


def reason_errors(
    reasons: Iterable[Reason],
    *,
    fields: Iterable[str],
    documents: Iterable[str],
) -> list[FieldError]:
    """Name every reason with an unknown code or target."""
    targets = {f"field:{name}" for name in fields} | {f"document:{code}" for code in documents}
    errors = []
    for index, reason in enumerate(reasons):
        if reason.code not in REASONS:
            errors.append(_unknown(f"/reasons/{index}/code", "unknown_reason", reason.code))
        if reason.target is not None and reason.target not in targets:
            errors.append(_unknown(f"/reasons/{index}/target", "unknown_target", reason.target))
    return errors


def check_nothing_marked(reasons: Sequence[Reason]) -> None:
    """Refuse to approve what is marked as wrong. Raises `MarkedAsWrong`."""
    if not reasons:
        return
    code, text = MarkedAsWrong.code, MarkedAsWrong.text
    pointers = (f"/reasons/{index}" for index in range(len(reasons)))
    raise MarkedAsWrong(
        errors=[FieldError(each, code, text["id"], text["en"]) for each in pointers]
    )


def _unknown(pointer: str, code: str, value: str) -> FieldError:
    return FieldError(pointer, code, f"“{value}” tidak dikenal.", f"“{value}” is not known.")


def _after(target: str | None, prefix: str) -> str | None:
    return target.removeprefix(prefix) if target and target.startswith(prefix) else None
