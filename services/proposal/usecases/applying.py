"""The applicant's desk: fill in a draft, send it, correct it, withdraw it."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from chassis.data.versioned import Seen
from chassis.data.writing import Writing, add_rows
from chassis.events import outbox
from chassis.kernel.errors import Invalid
from chassis.kernel.languages import DEFAULT_LANGUAGE
from services.proposal import events
from services.proposal.domain import workflow
from services.proposal.domain.answering import MarkedPart, with_answers
from services.proposal.domain.checking import (
    ProposalNotReady,
    check_draft,
)
from services.proposal.domain.facts import period_of, with_defaults, with_implied
from services.proposal.domain.field_checking import cleaned
from services.proposal.domain.filing import window_state
from services.proposal.domain.numbering import new_lookup_code, proposal_number
from services.proposal.domain.opening import require_open
from services.proposal.domain.schedule import expected_end
from services.proposal.domain.stages import APPLICANT, Stage
from services.proposal.models import Employee, Proposal, SearchWord, db
from services.proposal.queries.proposals import opened_parts
from services.proposal.queries.readiness import (
    as_applicant,
    attached,
    draft_obstacles,
    revision_obstacles,
)
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.queries.revisions import marked_parts
from services.proposal.queries.search import words_of
from services.proposal.usecases import counting, receipting
from services.proposal.usecases.attaching import noted_changes
from services.proposal.usecases.cases import (
    Author,
    Case,
    applicant_author,
    move,
    own_case,
)
from services.proposal.usecases.people import applicant_facts, applicant_of, opd_of

# The number is in every message, so for a sensitive layanan it must not tell which one (R6).
SENSITIVE_SERIES = "khusus"
_WORDS = Writing(insert(SearchWord))
NOTHING: Mapping[str, Any] = MappingProxyType({})


def create_draft(*, person_id: UUID, layanan: str, fields: Mapping[str, Any]) -> Case:
    """Begin a proposal under the present version of a layanan.

    Raises `LayananUnknown`, `EmployeeUnknown`, or `Invalid` naming wrong fields.
    """
    with db.transaction() as session:
        snapshot = region_snapshot()
        definition_id = snapshot.offered(layanan)
        proposal = Proposal(
            definition_id=definition_id,
            layanan=layanan,
            stage=str(Stage.DRAFT),
            applicant_id=person_id,
            fields={},
        )
        case = Case(session, proposal, snapshot.layanan[definition_id], snapshot, snapshot.moment())
        employee = applicant_of(case.dossier)
        proposal.applicant = applicant_facts(session, employee)
        proposal.opd_id = opd_of(employee)
        proposal.fields = _entered(case, fields, employee)
        add_rows(session, proposal)
        return case


def edit(
    proposal_id: UUID,
    *,
    person_id: UUID,
    fields: Mapping[str, Any],
    seen: Seen,
    answers: Mapping[str, str | None] = NOTHING,
) -> Case:
    """Change fields of a draft, or those a revision opened, and answer what it marked (R35).

    A value of None clears a field, and takes an answer back. Raises `ClosedForChange`, or
    `Invalid` naming fields.
    """
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        require_open(opened_parts(case.dossier, case.layanan), fields=fields)
        employee = applicant_of(case.dossier)
        remembered = noted_changes(case, fields=fields)
        case.change(
            fields=_entered(case, fields, employee), opened=with_answers(remembered, answers)
        )
        return case


def submit(
    proposal_id: UUID, *, person_id: UUID, seen: Seen, language: str = DEFAULT_LANGUAGE
) -> Case:
    """Hand a draft in: checked as a whole, numbered, sent to its first stage.

    Its receipt is made soon, in the `language` of who hands it in.
    Raises `ProposalNotReady` with every reason at once, or `IllegalMove`.
    """
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        step = workflow.submit(case.position, definition=case.layanan)
        # Locked, so that two drafts sent at once are not both counted as the only one (R15).
        case.dossier.lock_applicant()
        employee = applicant_of(case.dossier)
        values = with_defaults(case.layanan, case.proposal.fields, employee.facts, case.moment)
        period = period_of(case.layanan, values, case.moment)
        _require_ready(case, employee)
        move(
            case,
            step,
            Author(employee.id, Employee.named(employee), APPLICANT),
            **_handed_in(case, values, employee, period),
        )
        _index(case)
        receipting.wish(case, language)
        outbox.record(events.submitted(case.proposal, case.layanan, case.decider_ids()))
        return case


def resubmit(proposal_id: UUID, *, person_id: UUID, seen: Seen) -> Case:
    """Send a revision back to the stage that asked for it (R14).

    Raises `ProposalNotReady`, also for a marked part that was neither changed nor answered (R35),
    or `IllegalMove`.
    """
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        step = workflow.resubmit(case.position, definition=case.layanan)
        employee = applicant_of(case.dossier)
        parts = marked_parts(case.proposal, case.dossier.papers)
        obstacles = revision_obstacles(
            case.layanan,
            case.proposal,
            parts,
            documents=attached(case.dossier.current),
            applicant=as_applicant(employee),
            moment=case.moment,
        )
        if obstacles:
            raise ProposalNotReady(errors=[obstacle.error for obstacle in obstacles])
        move(
            case,
            step,
            applicant_author(case),
            changes=_corrected(case, parts),
            opened=None,
            withdrawal=None,  # who sends it again wants it to go on
            expected_end=_expected_end(case, step.to_stage),
        )
        outbox.record(events.resubmitted(case.proposal, case.layanan, case.decider_ids()))
        return case


def withdraw(proposal_id: UUID, *, person_id: UUID, seen: Seen) -> Case:
    """Withdraw a draft, or a proposal nobody has decided about yet.

    Raises `AlreadyVerified` or `IllegalMove`. Of a draft nobody was told, so nobody is now.
    """
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        step = workflow.withdraw(case.position, definition=case.layanan)
        move(case, step, applicant_author(case), opened=None)
        if case.proposal.number is not None:
            outbox.record(events.withdrawn(case.proposal, case.layanan))
        return case


def _entered(case: Case, fields: Mapping[str, Any], employee: Employee) -> dict[str, Any]:
    given = cleaned(case.layanan.fields, fields)
    errors = check_draft(case.layanan, given)
    if errors:
        raise Invalid(errors=errors)
    merged = {**case.proposal.fields, **given}
    values = {name: value for name, value in merged.items() if value is not None}
    settle = with_defaults if case.stage is Stage.DRAFT else with_implied
    return settle(case.layanan, values, employee.facts, case.moment)


def _require_ready(case: Case, employee: Employee) -> None:
    obstacles = draft_obstacles(
        case.layanan,
        case.proposal,
        documents=attached(case.dossier.current),
        applicant=as_applicant(employee),
        moment=case.moment,
        in_force=case.snapshot.in_force(case.layanan.code),
    )
    if obstacles:
        raise ProposalNotReady(errors=[obstacle.error for obstacle in obstacles])


def _handed_in(
    case: Case, values: dict[str, Any], employee: Employee, period: date
) -> dict[str, Any]:
    """What a proposal becomes when it is handed in."""
    return {
        "fields": values,
        "period": period,
        "late": window_state(case.layanan, values, case.moment).is_late,
        "applicant": applicant_facts(case.session, employee),
        "opd_id": opd_of(employee),
        "number": _next_number(case),
        "lookup_code": new_lookup_code(),
        "submitted_at": case.moment.now,
        "expected_end": _expected_end(case, case.layanan.stages[0].stage),
    }


def _corrected(case: Case, parts: Sequence[MarkedPart]) -> dict[str, Any]:
    """What the history keeps of a revision: what was changed, and each marked part."""
    changed = (case.proposal.opened or {}).get("changed", {})
    return {**changed, "parts": [part.stored() for part in parts]} if parts else changed


def _next_number(case: Case) -> str:
    series = SENSITIVE_SERIES if case.layanan.sensitive else case.layanan.code
    year = case.moment.today.year
    return proposal_number(
        region=case.snapshot.region,
        layanan=series,
        year=year,
        serial=counting.next_serial(case.session, series, year),
    )


def _expected_end(case: Case, stage: Stage) -> date | None:
    return expected_end(
        case.layanan, stage=stage, since=case.moment.today, holidays=case.moment.holidays
    )


# Names of layanan are few, and told with every proposal.
_words_of_names = lru_cache(maxsize=512)(words_of)


def _index(case: Case) -> None:
    applicant, number = case.proposal.applicant, case.proposal.number or ""
    words = words_of(applicant["name"], applicant["nip"], number, number.rpartition("/")[2])
    layanan = case.layanan
    if not layanan.sensitive:
        words |= _words_of_names(layanan.name["id"], layanan.short_name["id"], layanan.code)
    rows = [{"proposal_id": case.proposal.id, "word": word} for word in sorted(words)]
    _WORDS.run_each(case.session, rows)
