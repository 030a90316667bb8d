"""Stopping a recovery: by its owner, by who could confirm it, or by a system administrator."""

from uuid import UUID

from sqlalchemy import func, select

from chassis.events.security import Kind, note
from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.domain.recovering import RecoveryEnded, State
from services.identity.domain.stopping import (
    BY_OFFICERS,
    StoppedAs,
    SysadminStops,
    check_stop,
    needs_reason,
)
from services.identity.models import AccountRecovery, db
from services.identity.usecases.barring import lift_bar
from services.identity.usecases.hands import lately
from services.identity.usecases.letters import burn
from services.identity.usecases.recoveries import find_to_stop, request_of, seen_from_a_desk
from services.identity.usecases.recovering import tell

STOPPED_BY_OFFICER = "stopped_by_officer"


def stop(recovery_id: UUID, *, by: UUID, reason: str | None = None) -> AccountRecovery:
    """Stop a recovery; an officer who did not confirm it says why.

    With it ends the bar on deciding, unless another one is on its way. Raises `NotFound`,
    `RecoveryEnded`, `SysadminStops` or `StopReasonMissing`.
    """
    with db.transaction():
        row = seen_from_a_desk(recovery_id, by)
        _stop(row, by=by, reason=reason)
    return row


def stop_by_link(token: str) -> None:
    """Stop a recovery as its owner, who was told of it. Raises `NotFound` or `RecoveryEnded`."""
    row = find_to_stop(token)
    with in_region(row.region), db.transaction():
        _stop(row, by=row.employee_id, reason=None)


def may_stop(row: AccountRecovery, person_id: UUID) -> bool:
    """Say whether a person's stop would be taken now, with a reason where it needs one."""
    try:
        check_stop(_as(row, person_id), "-" * 10, stops_of_officers=_stops(row.employee_id))
    except SysadminStops:
        return False
    return True


def stop_needs_reason(row: AccountRecovery, person_id: UUID) -> bool:
    return needs_reason(_as(row, person_id))


def _stop(row: AccountRecovery, *, by: UUID, reason: str | None) -> None:
    if not request_of(row).is_open(now()):
        raise RecoveryEnded
    stopped_as = _as(row, by)
    check_stop(stopped_as, reason, stops_of_officers=_stops(row.employee_id))
    row.change(
        state=str(State.STOPPED),
        ended_at=now(),
        ended_by=by,
        stopped_as=str(stopped_as),
        stop_reason=reason or None,
    )
    lift_bar(queries.employee(row.employee_id))
    burn(row.id)
    tell(row)
    if stopped_as in BY_OFFICERS:
        thing = f"account_recovery/{row.id}"
        note(Kind.RECOVERY, STOPPED_BY_OFFICER, person=row.employee_id, actor=by, thing=thing)


def _as(row: AccountRecovery, person_id: UUID) -> StoppedAs:
    if person_id == row.employee_id:
        return StoppedAs.OWNER
    if queries.holds(person_id, ["sysadmin"]):
        return StoppedAs.SYSADMIN
    return StoppedAs.HAND if person_id in request_of(row).hands else StoppedAs.OFFICER


def _stops(owner_id: UUID) -> int:
    stopped = select(func.count()).where(
        AccountRecovery.employee_id == owner_id,
        AccountRecovery.stopped_as.in_(BY_OFFICERS),
        AccountRecovery.ended_at > lately(),
    )
    return db.session.scalar(stopped) or 0
