"""The fields and papers of a proposal, as far as somebody may know them.

What an applicant changes in a revision is a draft: until it is sent, everybody else sees the
proposal as it was sent before. A case that ends in the meantime stays as it was sent. What was
replaced before it was ever sent, perhaps a paper chosen by mistake, stays with its applicant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.proposal.domain.layanan import RESULT
from services.proposal.domain.proposal_receipt import RECEIPT
from services.proposal.domain.sent import Return, Sent, read_sent, without_changes
from services.proposal.domain.stages import Action, Stage
from services.proposal.models import HistoryEntry, Proposal, ProposalDocument, db
from services.proposal.queries.dossier import Dossier, Papers

# They come from the service and from officers, and belong to no sending.
_NOT_SENT = frozenset({RESULT, RECEIPT})


@dataclass(frozen=True)
class Filed:
    """What of a proposal is there for somebody: `papers` are every version, the newest first."""

    fields: Mapping[str, Any]
    papers: Papers
    present: Mapping[str, ProposalDocument]

    def version(self, requirement: str, revision: int | None) -> ProposalDocument | None:
        """Return one version of a requirement's document; without a number, the present one."""
        if revision is None:
            return self.present.get(requirement)
        wanted = (requirement, revision)
        return next((row for row in self.papers if (row.requirement, row.revision) == wanted), None)

    def earlier(self, requirement: str) -> list[ProposalDocument]:
        """Return the versions of a requirement that are not the present one."""
        present = self.present.get(requirement)
        return [row for row in self.papers if row.requirement == requirement and row is not present]


def filed_for(person_id: UUID, dossier: Dossier) -> Filed:
    """Return the fields and papers of a proposal as a person may see them."""
    if writes_it(person_id, dossier.proposal):
        return _as_written(dossier.proposal, dossier.papers)
    return filed_as_sent(dossier)


def filed_as_sent(dossier: Dossier) -> Filed:
    """Return the fields and papers as everybody but the applicant sees them."""
    return _without_tries(_as_sent(dossier), dossier)


def present_as_sent(dossier: Dossier) -> Mapping[str, ProposalDocument]:
    """Return the present paper of each requirement as everybody but the applicant sees it."""
    return _as_sent(dossier).present


def _as_sent(dossier: Dossier) -> Filed:
    proposal, filed = dossier.proposal, dossier.papers
    sent = sent_of(proposal, filed)
    if sent is None:
        return _as_written(proposal, filed)
    shown = [row for row in filed if _was_sent(row, sent)]
    present = {row.requirement: row for row in shown if _is_in(row, sent)}
    return Filed(sent.fields, shown, present)


def writes_it(person_id: UUID, proposal: Proposal) -> bool:
    """Say whether a person writes the proposal: its applicant does, while it is open."""
    is_open = proposal.stage in (Stage.DRAFT, Stage.REVISION)
    return is_open and proposal.applicant_id == person_id


def as_it_stands(proposal: Proposal, filed: Iterable[ProposalDocument]) -> Sent:
    """Describe what was sent, at the moment a revision begins."""
    sent = [row for row in filed if row.requirement not in _NOT_SENT]
    return _sent(proposal.fields, sent, present=[row for row in sent if row.current])


def sent_of(proposal: Proposal, filed: Iterable[ProposalDocument]) -> Sent | None:
    """Return what was last sent; None where the proposal stands as it was sent."""
    sent = read_sent(proposal.opened)
    if sent is None and proposal.stage == Stage.REVISION:
        return _told_by_times(proposal, filed)
    return sent


def _as_written(proposal: Proposal, filed: Papers) -> Filed:
    return Filed(proposal.fields, filed, {row.requirement: row for row in filed if row.current})


def _without_tries(filed: Filed, dossier: Dossier) -> Filed:
    """Leave out the versions that were replaced before anybody was sent them."""
    present = [row for row in filed.papers if filed.present.get(row.requirement) is row]
    if len(present) == len(filed.papers):
        return filed
    returns = _returns(dossier)
    shown = [row for row in filed.papers if row in present or _was_in_hand(row, returns)]
    return replace(filed, papers=shown)


def _was_in_hand(row: ProposalDocument, returns: Iterable[Return]) -> bool:
    return row.requirement in _NOT_SENT or any(
        back.had(row.requirement, row.revision, row.attached_at) for back in returns
    )


def _returns(dossier: Dossier) -> list[Return]:
    returns = (entry for entry in dossier.history if entry.action == Action.REVISE)
    return [Return(entry.at, entry.changes.get("sent")) for entry in returns]


def _told_by_times(proposal: Proposal, filed: Iterable[ProposalDocument]) -> Sent:
    """Work out what was sent: a process of an earlier release does not write it down."""
    returned = select(func.max(HistoryEntry.at)).where(
        HistoryEntry.proposal_id == proposal.id, HistoryEntry.action == Action.REVISE
    )
    at = db.session.scalar(returned) or proposal.stage_since
    earlier = [row for row in filed if row.attached_at <= at and row.requirement not in _NOT_SENT]
    newest: dict[str, ProposalDocument] = {}
    for row in earlier:
        newest.setdefault(row.requirement, row)
    fields = without_changes(proposal.fields, proposal.opened or {})
    return _sent(fields, earlier, present=newest.values())


def _sent(
    fields: Mapping[str, Any],
    filed: Iterable[ProposalDocument],
    *,
    present: Iterable[ProposalDocument],
) -> Sent:
    newest: dict[str, int] = {}
    for row in filed:
        newest[row.requirement] = max(row.revision, newest.get(row.requirement, 0))
    return Sent(dict(fields), {row.requirement: row.revision for row in present}, newest)


def _was_sent(row: ProposalDocument, sent: Sent) -> bool:
    return row.requirement in _NOT_SENT or sent.holds(row.requirement, row.revision)


def _is_in(row: ProposalDocument, sent: Sent) -> bool:
    if row.requirement in _NOT_SENT:
        return row.current
    return sent.present.get(row.requirement) == row.revision
