"""Who may confirm that it is the owner of an account who asks for it, and whose hand that is."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from chassis.process.clock import now
from chassis.process.runtime import here
from services.identity import queries
from services.identity.domain.recovering import (
    BKPSDM_ROLES,
    OPD_ROLES,
    Desk,
    Hand,
    HandNotNeeded,
    Resets,
    State,
)
from services.identity.models import (
    AccountRecovery,
    Employee,
    EmployeeFact,
    PasswordLink,
    RoleGrant,
    db,
)
from staff.rights import DecidingBarred, refuse_until

_SYSADMIN = "sysadmin"


def hand_of(person_id: UUID, owner: Employee, resets: Resets) -> Hand:
    """Describe a person as somebody who could confirm for an owner."""
    desks = tuple(_desks(person_id, owner, resets))
    return Hand(
        person_id,
        desks=desks,
        owes=owed_by(person_id),
        is_established=_is_established(person_id, owner, desks),
        is_sysadmin=queries.holds(person_id, [_SYSADMIN]),
        helped_otherwise=person_id in _helped_otherwise(owner.id, resets),
        was_stopped=person_id in _stopped_by_the_owner(owner.id),
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


def check_still_confirms(person_id: UUID, owner: Employee, desk: Desk) -> None:
    """Refuse a hand that has left its desk since it confirmed, or may decide nothing now.

    Raises `HandNotNeeded` or `DecidingBarred`.
    """
    check_may_decide(person_id)
    at_opd = desk is Desk.OPD and owner.opd_id in opds_of(person_id)
    if not at_opd and not (desk is Desk.BKPSDM and is_of_bkpsdm(person_id)):
        raise HandNotNeeded


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
    others = _helped_otherwise(owner.id, resets) | _stopped_by_the_owner(owner.id) | {owner.id}
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


def _is_established(person_id: UUID, owner: Employee, desks: Collection[Desk]) -> bool:
    """Say whether account and role have been there so long that nobody made them for this."""
    days: int = here().settings["RECOVERY_HAND_DAYS"]
    since = now() - timedelta(days=days)
    grants = [grant for grant in queries.grants_today(person_id) if _began(grant) <= since]
    at_desk = {
        Desk.OPD: any(g.role in OPD_ROLES and g.unit_id == owner.opd_id for g in grants),
        Desk.BKPSDM: any(g.role in BKPSDM_ROLES for g in grants),
    }
    return bool(desks) and all(at_desk[desk] for desk in desks) and _is_older(person_id, since)


def _began(grant: RoleGrant) -> datetime:
    """Return when a role began, never before it was given: a first day can be of the past."""
    first = datetime.combine(grant.starts_on, time(), queries.zone())
    return max(grant.created_at, first)


def _is_older(person_id: UUID, since: datetime) -> bool:
    """Say whether somebody was registered, and the account in use, before an instant."""
    activated_after = select(PasswordLink.id).where(
        PasswordLink.employee_id == person_id, PasswordLink.used_at > since
    )
    is_new = db.session.scalar(activated_after.limit(1)) is not None
    return queries.employee(person_id).created_at <= since and not is_new


def _helped_otherwise(owner_id: UUID, resets: Resets) -> set[UUID]:
    """Return who confirmed the recovery of the owner's other secret, lately."""
    return _hands(
        AccountRecovery.employee_id == owner_id,
        AccountRecovery.resets != resets,
        AccountRecovery.state != State.STOPPED,
        or_(AccountRecovery.asked_at > lately(), AccountRecovery.ended_at.is_(None)),
    )


def _stopped_by_the_owner(owner_id: UUID) -> set[UUID]:
    """Return who confirmed what the owner stopped, lately: they do not try again and again."""
    return _hands(
        AccountRecovery.employee_id == owner_id,
        AccountRecovery.state == State.STOPPED,
        AccountRecovery.ended_by == owner_id,
        AccountRecovery.ended_at > lately(),
    )


def lately() -> datetime:
    """Return since when a recovery still matters to the next one."""
    days: int = here().settings["RECOVERY_BOTH_DAYS"]
    return now() - timedelta(days=days)


def _hands(*which: ColumnElement[bool]) -> set[UUID]:
    rows = db.session.execute(
        select(AccountRecovery.opd_hand, AccountRecovery.bkpsdm_hand).where(*which)
    )
    return {hand for row in rows for hand in row if hand}


def owed_by(person_id: UUID) -> frozenset[UUID]:
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
