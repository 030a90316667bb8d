"""What lies beside a proposal in hand, each part read once however many look at it.

Who adds something to it says so: `changed`.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, cast

from sqlalchemy import and_, bindparam, select

from chassis.data.reading import Reading
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.models import (
    Employee,
    HistoryEntry,
    Proposal,
    ProposalDocument,
    RefusedDocument,
    db,
)

Papers = Sequence[ProposalDocument]
_REFUSAL = and_(
    RefusedDocument.document_id == ProposalDocument.document_id,
    RefusedDocument.region == ProposalDocument.region,
)
_PAPERS = Reading(
    select(ProposalDocument, RefusedDocument.id.is_not(None).label("is_refused"))
    .outerjoin(RefusedDocument, _REFUSAL)
    .where(ProposalDocument.proposal_id == bindparam("proposal"))
    .order_by(ProposalDocument.requirement, ProposalDocument.revision.desc())
)
_HISTORY = Reading(
    select(HistoryEntry, HistoryEntry.what.label("what"), HistoryEntry.led_to.label("led_to"))
    .where(HistoryEntry.proposal_id == bindparam("proposal"))
    .order_by(HistoryEntry.sequence)
)
_EMPLOYEE = select(Employee).where(Employee.id == bindparam("person"))
_APPLICANT, _LOCKED = Reading(_EMPLOYEE), Reading(_EMPLOYEE.with_for_update())


class Dossier:
    """The papers, the history and the applicant of a proposal."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal

    @cached_property
    def papers(self) -> Papers:
        """Every document version, the newest of each requirement first."""
        rows: Any = _PAPERS.rows(db.session, proposal=self.proposal.id)
        return cast("Papers", rows)

    @property
    def current(self) -> Papers:
        """The current document of each requirement."""
        return [row for row in self.papers if row.current]

    @property
    def refused_requirements(self) -> frozenset[str]:
        """Name the requirements whose present document was refused (decision 0041)."""
        return frozenset(row.requirement for row in self.current if row.is_refused)

    @property
    def is_held(self) -> bool:
        """Say whether officers have to wait for another document."""
        waits = Stage(self.proposal.present_stage) in OFFICER_STAGES
        return waits and bool(self.refused_requirements)

    @cached_property
    def history(self) -> Sequence[HistoryEntry]:
        """Everything that happened to the proposal, oldest first."""
        rows: Any = _HISTORY.rows(db.session, proposal=self.proposal.id)
        return cast("Sequence[HistoryEntry]", rows)

    @cached_property
    def applicant(self) -> Employee | None:
        """Our copy of the applicant, who may have left; None where we never heard of them."""
        return self._read(_APPLICANT)

    def lock_applicant(self) -> None:
        """Have whoever else locks the applicant wait for the end of the transaction."""
        self.applicant = self._read(_LOCKED)

    def changed(self, part: Literal["papers", "history"]) -> None:
        """Read a part again when it is looked at next."""
        self.__dict__.pop(part, None)

    def _read(self, reading: Reading) -> Employee | None:
        return cast("Employee | None", reading.first(db.session, person=self.proposal.applicant_id))


def may_file(employee: Employee | None) -> bool:
    """Say whether somebody is known, active and of an OPD."""
    return employee is not None and employee.active and employee.opd_id is not None
