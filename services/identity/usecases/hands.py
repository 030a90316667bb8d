"""Who may confirm that it is the owner of an account who asks for it, and whose hand that is."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from chassis.process.clock import now
from chassis.process.runtime import here
from services.identity import queries
from services.identity.domain.recovering import (
    BKPSDM_ROLES,
    OPD_ROLES,
    Desk,
    Hand,
    Resets,
    State,
)
from services.identity.models import AccountRecovery, Employee, EmployeeFact, RoleGrant, db
from staff.rights import DecidingBarred, refuse_until


def hand_of(person_id: UUID, owner: Employee, resets: Resets) -> Hand:
    """Describe a person as somebody who could confirm for an owner."""
    return Hand(
        person_id,
        desks=tuple(_desks(person_id, owner, resets)),
        owes=_owes(person_id),
        helped_otherwise=person_id in _helped_otherwise(owner.id, resets),
    )


def is_barred(person_id: UUID) -> bool:
    """Say whether a person decides nothing for now: the account is being recovered."""
    try:
        check_may_decide(person_id)
    except DecidingBarred:
        return True
    return False


def check_may_decide(person_id: UUID) -> None:
    """Refuse whose account is being recovered. Raises `DecidingBarred`."""
    refuse_until(queries.employee(person_id).deciding_barred_until, zone=queries.zone())


def is_of_bkpsdm(person_id: UUID) -> bool:
    return queries.holds(person_id, BKPSDM_ROLES)


def opds_of(person_id: UUID) -> list[UUID]:
    """Return the OPDs at whose desk a person may sit."""
    grants = queries.grants_today(person_id)
    return [grant.unit_id for grant in grants if grant.role in OPD_ROLES and grant.unit_id]


def _desks(person_id: UUID, owner: Employee, resets: Resets) -> Iterator[Desk]:
    if is_barred(person_id):
        return
    if person_id in _at_the_opd(owner, resets):
        yield Desk.OPD
    if is_of_bkpsdm(person_id):
        yield Desk.BKPSDM


def _at_the_opd(owner: Employee, resets: Resets) -> set[UUID]:
    """Return who confirms in the owner's OPD: its Umpeg, else the next of R16 who may."""
    others = _helped_otherwise(owner.id, resets) | {owner.id}
    for role in OPD_ROLES:
        grants = queries.grants_of_post(role, owner.opd_id)
        if holders := {grant.employee_id for grant in _running(grants)} - others:
            return holders
    return set()


def _running(grants: Iterable[RoleGrant]) -> Iterator[RoleGrant]:
    day = queries.today()
    for grant in grants:
        if grant.starts_on <= day and (grant.ends_on is None or day <= grant.ends_on):
            yield grant


def _helped_otherwise(owner_id: UUID, resets: Resets) -> set[UUID]:
    """Return who confirmed the recovery of the owner's other secret, lately."""
    days: int = here().settings["RECOVERY_BOTH_DAYS"]
    rows = db.session.execute(
        select(AccountRecovery.opd_hand, AccountRecovery.bkpsdm_hand).where(
            AccountRecovery.employee_id == owner_id,
            AccountRecovery.resets != resets,
            AccountRecovery.state != State.STOPPED,
            or_(
                AccountRecovery.asked_at > now() - timedelta(days=days),
                AccountRecovery.ended_at.is_(None),
            ),
        )
    )
    return {hand for row in rows for hand in row if hand}


def _owes(person_id: UUID) -> frozenset[UUID]:
    """Return to whom a person owes roles, registration or account, also through others.

    Otherwise an administrator makes a second hand: registers somebody, takes the activation
    letter and gives the role.
    """
    owed: set[UUID] = set()
    fresh = {person_id}
    while fresh:
        fresh = {maker for each in fresh for maker in _makers(each)} - owed
        owed |= fresh
    return frozenset(owed - {person_id})


def _makers(person_id: UUID) -> Iterator[UUID]:
    account = queries.account(person_id)
    registered = db.session.scalars(
        select(EmployeeFact.recorded_by).where(
            EmployeeFact.employee_id == person_id, EmployeeFact.fact == "nip"
        )
    )
    granted = (grant.granted_by for grant in queries.grants_today(person_id))
    for maker in (account.activated_by if account else None, *registered, *granted):
        if maker is not None:
            yield maker
