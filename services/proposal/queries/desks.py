"""Who may decide which layanan today, per proposal and per person; who is asked is `staff`'s."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.stages import (
    APPLICANT,
    OFFICER_STAGES,
    SERVICE,
    STAGE_ROLES,
    Stage,
)
from services.proposal.domain.workflow import decider_of
from services.proposal.models import Proposal, Unit, db
from services.proposal.queries.region_snapshot import RegionSnapshot
from staff.deciders import (
    NOBODY,
    Deciders,
    Desk,
    Question,
    applicants_of,
    desks_of,
    left_out,
    opds_of,
    who_decides,
)
from staff.organisation import scope_of

OPD_STAGES = frozenset({Stage.UMPEG_VERIFICATION, Stage.OPD_HEAD_APPROVAL})


@dataclass(frozen=True)
class Reach:
    """Proposals a person may decide: a stage, an OPD (None = the region's) and definitions.

    With `applicant_id` only that person's: R16 moves them to somebody else than the rest.
    `left_out` is whose matters are not among them: of who lent the role.
    """

    stage: Stage
    opd_id: UUID | None
    definitions: frozenset[UUID]
    applicant_id: UUID | None = None
    left_out: UUID | None = None


def deciders_for(proposal: Proposal, snapshot: RegionSnapshot, today: date) -> Deciders:
    """Say who may decide a proposal at its present stage."""
    return deciders_at(
        Stage(proposal.present_stage),
        snapshot.layanan[proposal.definition_id],
        snapshot,
        today,
        opd_id=proposal.opd_id,
        applicant_id=proposal.applicant_id,
    )


def deciders_at(
    stage: Stage,
    layanan: LayananDefinition,
    snapshot: RegionSnapshot,
    today: date,
    *,
    opd_id: UUID,
    applicant_id: UUID,
) -> Deciders:
    """Say who decides; nobody, and no alarm, where a service does (R1)."""
    role = decider_of(layanan, stage)
    rule = layanan.stage_rule(stage)
    if role is None or rule is None or role.startswith(SERVICE) or role == APPLICANT:
        return Deciders(())
    question = Question(
        role=role,
        applicant_id=applicant_id,
        layanan=layanan.code,
        unit_ids=_scope(role, opd_id, layanan, snapshot),
        acting=rule.acting,
        delegates=rule.delegates,
        stage=stage,
    )
    return who_decides(question, snapshot.organisation, today)


def reaches_of(person_id: UUID, snapshot: RegionSnapshot, today: date) -> tuple[Reach, ...]:
    """List everything a person may decide today."""
    key = (person_id, today)
    if key not in snapshot.reaches:
        snapshot.reaches[key] = _all_reaches(person_id, snapshot, today)
    kept: tuple[Reach, ...] = snapshot.reaches[key]
    return kept


def covers(person_id: UUID, proposal: Proposal, snapshot: RegionSnapshot, today: date) -> bool:
    """Say whether an office lets a person see a proposal: one they hold on
    its way, or a stage of it that they decide today for somebody else.
    """
    layanan = snapshot.layanan[proposal.definition_id]
    organisation = snapshot.organisation
    held = organisation.roles_of(person_id, today)
    opd_id, divisions = proposal.opd_id, layanan.divisions
    if any(organisation.oversees(role, opd_id=opd_id, divisions=divisions) for role in held):
        return True
    return any(
        deciders_at(
            rule.stage,
            layanan,
            snapshot,
            today,
            opd_id=proposal.opd_id,
            applicant_id=proposal.applicant_id,
        ).held_by(person_id)
        for rule in layanan.stages
    )


def divisions_of(layanan: LayananDefinition, snapshot: RegionSnapshot) -> list[str]:
    """Name the divisions that the layanan names and the region has."""
    if not layanan.divisions:
        return []
    ids = snapshot.organisation.division_ids(layanan.divisions)
    named = select(Unit.name).where(Unit.id.in_(ids), Unit.code.in_(layanan.divisions))
    return list(db.session.scalars(named.order_by(Unit.name)))


def _all_reaches(person_id: UUID, snapshot: RegionSnapshot, today: date) -> tuple[Reach, ...]:
    found: dict[Reach, set[UUID]] = defaultdict(set)
    for desk in desks_of(person_id, snapshot.organisation, today):
        for reach in _reaches(desk, person_id, snapshot, today):
            found[replace(reach, definitions=frozenset())] |= reach.definitions
    return tuple(
        replace(reach, definitions=frozenset(definitions)) for reach, definitions in found.items()
    )


def _scope(
    role: str, opd_id: UUID, layanan: LayananDefinition, snapshot: RegionSnapshot
) -> frozenset[UUID] | None:
    return scope_of(
        role, opd_id=opd_id, divisions=layanan.divisions, organisation=snapshot.organisation
    )


def _reaches(desk: Desk, person_id: UUID, snapshot: RegionSnapshot, today: date) -> Iterator[Reach]:
    for stage in (stage for stage in OFFICER_STAGES if STAGE_ROLES[stage] == desk.role):
        opd_ids = opds_of(desk, snapshot.organisation) if stage in OPD_STAGES else (None,)
        for opd_id in opd_ids:
            for definitions in _alike(stage, snapshot):
                yield from _reach(stage, opd_id, definitions, person_id, snapshot, today)


def _reach(
    stage: Stage,
    opd_id: UUID | None,
    definitions: frozenset[UUID],
    person_id: UUID,
    snapshot: RegionSnapshot,
    today: date,
) -> Iterator[Reach]:
    layanan = snapshot.layanan[next(iter(definitions))]

    def deciders_of(applicant_id: UUID) -> Deciders:
        return deciders_at(
            stage, layanan, snapshot, today, opd_id=opd_id or NOBODY, applicant_id=applicant_id
        )

    for applicant_id in applicants_of(person_id, deciders_of):
        giver_id = left_out(person_id, deciders_of) if applicant_id is None else None
        yield Reach(stage, opd_id, definitions, applicant_id, giver_id)


def _alike(stage: Stage, snapshot: RegionSnapshot) -> list[frozenset[UUID]]:
    """Definitions whose rules on who decides the stage are the same are asked about once."""
    lent_by_layanan = any(
        delegation.layanan is not None for delegation in snapshot.organisation.delegations
    )
    groups: dict[tuple[object, ...], set[UUID]] = defaultdict(set)
    for definition_id, layanan in snapshot.layanan.items():
        rule = layanan.stage_rule(stage)
        if rule is not None and rule.decider is None:
            code = layanan.code if lent_by_layanan else None
            asked = (rule.acting, rule.delegates, frozenset(layanan.divisions), code)
            groups[asked].add(definition_id)
    return [frozenset(group) for group in groups.values()]
