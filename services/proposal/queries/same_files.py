"""Which papers of an open case are the same file as another of the person's (R46)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from chassis.data.reading import Reading
from services.proposal.domain.same_files import SameFile
from services.proposal.domain.stages import FINAL_STAGES, Stage
from services.proposal.models import Proposal, ProposalDocument, db
from services.proposal.queries.dossier import Dossier
from services.proposal.queries.filed import Filed, filed_for
from services.proposal.queries.proposals import Viewed, may_see

_ELSEWHERE = Reading(
    select(Proposal, ProposalDocument.id.label("paper_id"), ProposalDocument.sha256)
    .join(ProposalDocument, ProposalDocument.proposal_id == Proposal.id)
    .where(
        Proposal.applicant_id == bindparam("applicant"),
        Proposal.id != bindparam("proposal"),
        Proposal.stage.not_in([Stage.DRAFT, *FINAL_STAGES]),
        or_(ProposalDocument.current, Proposal.stage == Stage.REVISION),
        ProposalDocument.sha256.in_(bindparam("digests", expanding=True)),
    )
    .order_by(Proposal.submitted_at, Proposal.id)
)


def same_files(viewed: Viewed, filed: Filed) -> Mapping[str, Sequence[SameFile]]:
    """Say of each requirement where else its file is; nothing of a case that has ended."""
    if viewed.position.stage in FINAL_STAGES:
        return {}
    requirements = {item.code for item in viewed.layanan.requirements}
    present = [row for code, row in filed.present.items() if code in requirements]
    if not present:
        return {}
    elsewhere = _elsewhere(viewed, {row.sha256 for row in present})
    return {
        row.requirement: [*_here(viewed, row, present), *elsewhere[row.sha256]] for row in present
    }


def _here(
    viewed: Viewed, paper: ProposalDocument, present: Iterable[ProposalDocument]
) -> list[SameFile]:
    others = {
        row.requirement
        for row in present
        if row.sha256 == paper.sha256 and row.requirement != paper.requirement
    }
    return [
        SameFile(requirement=item.code, name=item.name)
        for item in viewed.layanan.requirements
        if item.code in others
    ]


def _elsewhere(viewed: Viewed, digests: set[str]) -> Mapping[str, list[SameFile]]:
    rows: Any = _ELSEWHERE.rows(
        db.session,
        applicant=viewed.proposal.applicant_id,
        proposal=viewed.proposal.id,
        digests=list(digests),
    )
    cases: dict[str, dict[SameFile, None]] = defaultdict(dict)
    for row in rows:
        if _is_there(viewed, row.paper_id, row):
            cases[row.sha256][_case(viewed, row)] = None
    return defaultdict(list, {sha256: list(found) for sha256, found in cases.items()})


def _is_there(viewed: Viewed, paper_id: UUID, other: Proposal) -> bool:
    """A file that a revision of another case brings is not there before that is sent."""
    if other.stage != Stage.REVISION:
        return True
    present = filed_for(viewed.person_id, Dossier(other)).present.values()
    return any(paper.id == paper_id for paper in present)


def _case(viewed: Viewed, other: Proposal) -> SameFile:
    """Another case by its number, to whom may see it."""
    if may_see(other, viewed.person_id, viewed.snapshot, viewed.moment.today):
        return SameFile(proposal_id=other.id, number=other.number)
    return SameFile()
