"""What keeps somebody from filing: told on a layanan's card, on its form, and at the last press."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from services.proposal.domain.answering import MarkedPart, unanswered
from services.proposal.domain.attaching import Attached
from services.proposal.domain.checking import resubmit_obstacles, submit_obstacles
from services.proposal.domain.facts import Moment, period_of, with_defaults
from services.proposal.domain.filing import (
    Applicant,
    Earlier,
    Obstacle,
    ObstacleKind,
    catalogue_obstacles,
    counted,
    filing_obstacles,
    nobody_known,
)
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.stages import FINAL_STAGES, Stage
from services.proposal.models import Employee, Proposal, ProposalDocument, db
from services.proposal.queries.proposals import Viewed
from services.proposal.queries.refused import refused_among
from services.proposal.queries.revisions import marked_parts


@dataclass(frozen=True)
class Standing:
    """What is on record of somebody who files; `employee` is None for whom we do not know."""

    employee: Employee | None
    earlier: tuple[Earlier, ...]
    running: tuple[Proposal, ...] = ()

    def running_of(self, layanan: LayananDefinition) -> list[Proposal]:
        """List what counts together with a layanan and has not ended, drafts included."""
        return [row for row in self.running if row.layanan in layanan.counted_layanan]

    def before_filing(self, layanan: LayananDefinition, moment: Moment) -> list[Obstacle]:
        """List what is in the way of filing a layanan, before anything is typed."""
        if self.employee is None:
            return [nobody_known()]
        applicant = applicant_of(self.employee)
        values = with_defaults(layanan, {}, applicant.facts, moment)
        period = period_of(layanan, values, moment)
        return filing_obstacles(
            layanan,
            values,
            applicant=applicant,
            moment=moment,
            open_count=counted(layanan, self.earlier, period),
            entered=False,
        )


def standing_of(person_id: UUID) -> Standing:
    """Read what is on record of a person: three queries, however many layanan there are."""
    return Standing(_active(person_id), earlier_of(person_id), running(person_id))


def obstacles_of(viewed: Viewed, filed: Sequence[ProposalDocument]) -> list[Obstacle]:
    """List what keeps a draft or a revision from being sent, for its applicant."""
    stage, proposal = viewed.position.stage, viewed.proposal
    if stage not in (Stage.DRAFT, Stage.REVISION) or not viewed.is_applicant:
        return []
    employee = _active(proposal.applicant_id)
    if employee is None:
        return [nobody_known()]
    present = attached(row for row in filed if row.current)
    applicant, moment, layanan = applicant_of(employee), viewed.moment, viewed.layanan
    if stage is Stage.REVISION:
        marked = marked_parts(proposal, filed)
        return revision_obstacles(
            layanan, proposal, marked, documents=present, applicant=applicant, moment=moment
        )
    return draft_obstacles(
        layanan,
        proposal,
        documents=present,
        applicant=applicant,
        moment=moment,
        in_force=viewed.snapshot.in_force(proposal.layanan),
    )


def revision_obstacles(
    layanan: LayananDefinition,
    proposal: Proposal,
    marked: Iterable[MarkedPart],
    *,
    documents: Mapping[str, Attached],
    applicant: Applicant,
    moment: Moment,
) -> list[Obstacle]:
    """List what keeps a revision from being sent: entries, and marked parts left alone (R35)."""
    obstacles = resubmit_obstacles(
        layanan,
        values=proposal.fields,
        documents=documents,
        applicant=applicant,
        moment=moment,
    )
    return [*obstacles, *(Obstacle(ObstacleKind.INCOMPLETE, each) for each in unanswered(marked))]


def draft_obstacles(
    layanan: LayananDefinition,
    proposal: Proposal,
    *,
    documents: Mapping[str, Attached],
    applicant: Applicant,
    moment: Moment,
    in_force: LayananDefinition | None,
) -> list[Obstacle]:
    """List what keeps a draft from being sent as it stands, in the catalogue of today."""
    values = with_defaults(layanan, proposal.fields, applicant.facts, moment)
    earlier = earlier_of(proposal.applicant_id, but=proposal.id)
    obstacles = submit_obstacles(
        layanan,
        values=values,
        documents=documents,
        applicant=applicant,
        moment=moment,
        open_count=counted(layanan, earlier, period_of(layanan, values, moment)),
    )
    return [*catalogue_obstacles(layanan, in_force), *obstacles]


def applicant_of(employee: Employee) -> Applicant:
    return Applicant(employee.kind, employee.facts)


def attached(current: Iterable[ProposalDocument]) -> dict[str, Attached]:
    """Describe present documents by their requirement."""
    rows = list(current)
    refused = refused_among(row.document_id for row in rows)
    return {
        row.requirement: Attached(
            str(row.document_id),
            row.size,
            row.content_type,
            is_refused=row.document_id in refused,
        )
        for row in rows
    }


def earlier_of(person_id: UUID, *, but: UUID | None = None) -> tuple[Earlier, ...]:
    """Return what a person has filed, however it ended; it is not much."""
    statement = select(Proposal.layanan, Proposal.stage, Proposal.period).where(
        Proposal.applicant_id == person_id,
        Proposal.stage != Stage.DRAFT,
        *([Proposal.id != but] if but else []),
    )
    rows = db.session.execute(statement)
    return tuple(Earlier(row.layanan, Stage(row.stage), row.period) for row in rows)


def running(person_id: UUID) -> tuple[Proposal, ...]:
    """Return a person's proposals that have not ended, the newest first."""
    statement = select(Proposal).where(
        Proposal.applicant_id == person_id, Proposal.stage.not_in(FINAL_STAGES)
    )
    newest = statement.order_by(Proposal.created_at.desc(), Proposal.id.desc())
    return tuple(db.session.scalars(newest))


def running_beside(viewed: Viewed) -> list[Proposal]:
    """List what else of the layanan its applicant has running, while a draft can still be left."""
    if viewed.position.stage is not Stage.DRAFT or not viewed.is_applicant:
        return []
    counted_layanan, draft = viewed.layanan.counted_layanan, viewed.proposal.id
    others = running(viewed.person_id)
    return [row for row in others if row.layanan in counted_layanan and row.id != draft]


def _active(person_id: UUID) -> Employee | None:
    statement = select(Employee).where(Employee.id == person_id, Employee.active)
    employee = db.session.scalar(statement)
    return employee if employee is not None and employee.opd_id is not None else None
