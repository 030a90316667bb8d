"""What keeps somebody from filing: told on a layanan's card, on its form, and at the last press."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from chassis.data.reading import Reading
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
from services.proposal.queries.dossier import may_file
from services.proposal.queries.proposals import Viewed
from services.proposal.queries.revisions import marked_parts

_EMPLOYEE = Reading(select(Employee).where(Employee.id == bindparam("person")))
_OF_PERSON = Proposal.applicant_id == bindparam("person")
_EARLIER = Reading(
    select(Proposal.id, Proposal.layanan, Proposal.stage, Proposal.period).where(
        _OF_PERSON, Proposal.stage != Stage.DRAFT
    )
)
_RUNNING = Reading(
    select(
        *(Proposal.id, Proposal.layanan, Proposal.number, Proposal.submitted_at),
        Proposal.present_stage.label("present_stage"),
    )
    .where(_OF_PERSON, Proposal.stage.not_in(FINAL_STAGES))
    .order_by(Proposal.created_at.desc(), Proposal.id.desc())
)


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
        applicant = as_applicant(self.employee)
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
    employee = viewed.dossier.applicant
    if employee is None or not may_file(employee):
        return [nobody_known()]
    present = attached(row for row in filed if row.current)
    applicant, moment, layanan = as_applicant(employee), viewed.moment, viewed.layanan
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


def as_applicant(employee: Employee) -> Applicant:
    return Applicant(employee.kind, employee.facts)


def attached(current: Iterable[ProposalDocument]) -> dict[str, Attached]:
    """Describe present documents by their requirement."""
    return {
        row.requirement: Attached(
            str(row.document_id), row.size, row.content_type, is_refused=row.is_refused
        )
        for row in current
    }


def earlier_of(person_id: UUID, *, but: UUID | None = None) -> tuple[Earlier, ...]:
    """Return what a person has filed, however it ended; it is not much."""
    rows = _EARLIER.rows(db.session, person=person_id)
    return tuple(
        Earlier(row.layanan, Stage(row.stage), row.period) for row in rows if row.id != but
    )


def running(person_id: UUID) -> tuple[Proposal, ...]:
    """Return a person's proposals that have not ended, the newest first."""
    rows: Any = _RUNNING.rows(db.session, person=person_id)
    return tuple(rows)


def running_beside(viewed: Viewed) -> list[Proposal]:
    """List what else of the layanan its applicant has running, while a draft can still be left."""
    if viewed.position.stage is not Stage.DRAFT or not viewed.is_applicant:
        return []
    counted_layanan, draft = viewed.layanan.counted_layanan, viewed.proposal.id
    others = running(viewed.person_id)
    return [row for row in others if row.layanan in counted_layanan and row.id != draft]


def _active(person_id: UUID) -> Employee | None:
    employee: Employee | None = _EMPLOYEE.first(db.session, person=person_id)
    return employee if may_file(employee) else None
