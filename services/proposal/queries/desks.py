"""Who may decide what today, asked in both directions: per proposal and per person (R16)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.proposal.domain.deciders import Answer, Desk, Question, desks_of, who_decides
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.organisation import Grant, scope_of
from services.proposal.domain.stages import OFFICER_STAGES, STAGE_ROLES, Role, Stage
from services.proposal.domain.workflow import decider_of
from services.proposal.models import Proposal
from services.proposal.queries.region_book import RegionBook

OPD_STAGES = frozenset({Stage.UMPEG_VERIFICATION, Stage.OPD_HEAD_APPROVAL})
SERVICE = "service:"
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Reach:
    """Proposals a person may decide: a stage, an OPD (None = the region's) and definitions.

    With `applicant_id` only that person's: R16 moves them to somebody else than the rest.
    """

    stage: Stage
    opd_id: UUID | None
    definitions: frozenset[UUID]
    applicant_id: UUID | None = None


def answer_for(proposal: Proposal, book: RegionBook, today: date) -> Answer:
    """Say who may decide a proposal at its present stage."""
    return answer_at(
        Stage(proposal.stage),
        book.layanan[proposal.definition_id],
        book,
        today,
        opd_id=proposal.opd_id,
        applicant_id=proposal.applicant_id,
    )


def answer_at(
    stage: Stage,
    layanan: LayananDefinition,
    book: RegionBook,
    today: date,
    *,
    opd_id: UUID,
    applicant_id: UUID,
) -> Answer:
    """Say who decides; nobody, and no alarm, where a service does (R1)."""
    role = decider_of(layanan, stage)
    rule = layanan.stage_rule(stage)
    if role is None or rule is None or role.startswith(SERVICE) or role == Role.APPLICANT:
        return Answer(())
    question = Question(
        role=role,
        applicant_id=applicant_id,
        opd_id=opd_id,
        layanan=layanan.code,
        unit_ids=_scope(role, opd_id, layanan, book),
        acting=rule.acting,
        stage=stage,
    )
    return who_decides(question, book.organisation, today)


def reaches_of(person_id: UUID, book: RegionBook, today: date) -> tuple[Reach, ...]:
    """List everything a person may decide today."""
    key = (person_id, today)
    if key not in book.answers:
        book.answers[key] = _all_reaches(person_id, book, today)
    kept: tuple[Reach, ...] = book.answers[key]
    return kept


def covers(person_id: UUID, proposal: Proposal, book: RegionBook, today: date) -> bool:
    """Say whether an office lets a person see a proposal: one they hold on
    its way, or a stage of it that they decide today for somebody else.
    """
    layanan = book.layanan[proposal.definition_id]
    held = [one for one in book.organisation.grants if one.employee_id == person_id]
    if any(one.runs(today) and _sees(one, proposal, layanan, book) for one in held):
        return True
    return any(
        answer_at(
            rule.stage,
            layanan,
            book,
            today,
            opd_id=proposal.opd_id,
            applicant_id=proposal.applicant_id,
        ).held_by(person_id)
        for rule in layanan.stages
    )


_OPD_ROLES = frozenset({Role.UMPEG, Role.OPD_HEAD, Role.OPD_SECRETARY})
_DIVISION_ROLES = frozenset({Role.BKPSDM_ADMIN, Role.DIVISION_HEAD})
_REGION_ROLES = frozenset({Role.BKPSDM_SECRETARY, Role.BKPSDM_HEAD})


def _sees(grant: Grant, proposal: Proposal, layanan: LayananDefinition, book: RegionBook) -> bool:
    if grant.role in _OPD_ROLES:
        return grant.unit_id == proposal.opd_id
    if grant.role in _DIVISION_ROLES:
        return grant.unit_id in book.organisation.division_ids(layanan.divisions)
    return grant.role in _REGION_ROLES


def _all_reaches(person_id: UUID, book: RegionBook, today: date) -> tuple[Reach, ...]:
    found: dict[tuple[Stage, UUID | None, UUID | None], set[UUID]] = defaultdict(set)
    for desk in desks_of(person_id, book.organisation, today):
        for reach in _reaches(desk, person_id, book, today):
            found[reach.stage, reach.opd_id, reach.applicant_id] |= reach.definitions
    return tuple(
        Reach(stage, opd_id, frozenset(definitions), applicant_id)
        for (stage, opd_id, applicant_id), definitions in found.items()
    )


def _scope(
    role: str, opd_id: UUID, layanan: LayananDefinition, book: RegionBook
) -> frozenset[UUID] | None:
    return scope_of(
        role, opd_id=opd_id, divisions=layanan.divisions, organisation=book.organisation
    )


def _reaches(desk: Desk, person_id: UUID, book: RegionBook, today: date) -> Iterator[Reach]:
    for stage in (stage for stage in OFFICER_STAGES if STAGE_ROLES[stage] == desk.role):
        for opd_id in _opds(desk, stage, book):
            for definitions in _alike(stage, book):
                yield from _reach(stage, opd_id, definitions, person_id, book, today)


def _reach(
    stage: Stage,
    opd_id: UUID | None,
    definitions: frozenset[UUID],
    person_id: UUID,
    book: RegionBook,
    today: date,
) -> Iterator[Reach]:
    layanan = book.layanan[next(iter(definitions))]

    def asked_of(applicant_id: UUID) -> Answer:
        return answer_at(
            stage, layanan, book, today, opd_id=opd_id or _NOBODY, applicant_id=applicant_id
        )

    usual = asked_of(_NOBODY)
    if usual.held_by(person_id):
        yield Reach(stage, opd_id, definitions)
        return
    for holder_id in usual.employee_ids:
        if asked_of(holder_id).held_by(person_id):
            yield Reach(stage, opd_id, definitions, holder_id)


def _opds(desk: Desk, stage: Stage, book: RegionBook) -> Iterable[UUID | None]:
    if stage not in OPD_STAGES:
        return (None,)
    return book.opd_ids if desk.unit_id is None else (desk.unit_id,)


def _alike(stage: Stage, book: RegionBook) -> list[frozenset[UUID]]:
    """Definitions whose rules on who decides the stage are the same are asked about once."""
    lent_by_layanan = any(one.layanan is not None for one in book.organisation.delegations)
    groups: dict[tuple[object, ...], set[UUID]] = defaultdict(set)
    for definition_id, layanan in book.layanan.items():
        rule = layanan.stage_rule(stage)
        if rule is not None and rule.decider is None:
            code = layanan.code if lent_by_layanan else None
            groups[rule.acting, frozenset(layanan.divisions), code].add(definition_id)
    return [frozenset(group) for group in groups.values()]
