"""Documents that documents refused after they were put to a proposal (decision 0041)."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, select

from chassis.data.reading import Reading
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.models import Proposal, ProposalDocument, RefusedDocument, db

_AMONG = Reading(
    select(RefusedDocument.document_id).where(
        RefusedDocument.document_id.in_(bindparam("documents", expanding=True))
    )
)
_REQUIREMENTS = Reading(
    select(ProposalDocument.requirement)
    .join(RefusedDocument, RefusedDocument.document_id == ProposalDocument.document_id)
    .where(ProposalDocument.proposal_id == bindparam("proposal"), ProposalDocument.current)
)


def refused_among(document_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Say which of some documents nobody can open any more."""
    wanted = set(document_ids)
    if not wanted:
        return frozenset()
    rows = _AMONG.rows(db.session, documents=list(wanted))
    return frozenset(row.document_id for row in rows)


def refused_requirements(proposal_id: UUID) -> frozenset[str]:
    """Name the requirements whose present document was refused."""
    rows = _REQUIREMENTS.rows(db.session, proposal=proposal_id)
    return frozenset(row.requirement for row in rows)


def is_held(proposal: Proposal) -> bool:
    """Say whether officers have to wait for another document."""
    waits = Stage(proposal.present_stage) in OFFICER_STAGES
    return waits and bool(refused_requirements(proposal.id))
