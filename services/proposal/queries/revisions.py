"""What a revision asked for and what became of it, in the row while it is open, then in history."""

from collections.abc import Sequence
from typing import Any

from services.proposal.domain.answering import MarkedPart
from services.proposal.domain.stages import FINAL_STAGES
from services.proposal.models import HistoryEntry, Proposal, ProposalDocument

Papers = Sequence[ProposalDocument]


def marked_parts(proposal: Proposal, filed: Papers) -> list[MarkedPart]:
    """Compare each marked part with what it was when the proposal was returned.

    There are none of a proposal that a process of an earlier release returned: it did not
    remember them.
    """
    remembered = proposal.opened or {}
    answers = remembered.get("answers", {})
    return [
        _part(target, before, proposal, filed, answers.get(target))
        for target, before in sorted(remembered.get("before", {}).items())
    ]


def last_round(entries: Sequence[HistoryEntry]) -> tuple[HistoryEntry, HistoryEntry | None] | None:
    """Return the last return of a proposal, and the resubmission that followed it, if any."""
    for index in range(len(entries) - 1, -1, -1):
        if entries[index].action == "revise":
            sent = (entry for entry in entries[index:] if entry.action == "resubmit")
            return entries[index], next(sent, None)
    return None


def open_round(entries: Sequence[HistoryEntry]) -> HistoryEntry | None:
    """Return the return whose revision is waited for now; earlier rounds are settled."""
    found = last_round(entries)
    if found is None or found[1] is not None or entries[-1].led_to in FINAL_STAGES:
        return None
    return found[0]


def _part(
    target: str, before: Any, proposal: Proposal, filed: Papers, answer: str | None
) -> MarkedPart:
    kind, _, name = target.partition(":")
    if kind == "field":
        now = proposal.fields.get(name)
        return MarkedPart(target, before, now, now != before, answer)
    versions = [row for row in filed if row.requirement == name]
    present = next((row for row in versions if row.current), None)
    content = {row.revision: row.sha256 for row in versions}
    changed = content.get(before) != (present.sha256 if present else None)
    return MarkedPart(target, before, present.revision if present else None, changed, answer)
