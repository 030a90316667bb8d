"""Counting tries at signing in, in the database, so every process counts the same ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from chassis.process.clock import now
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.domain.throttling import (
    ADDRESS_FREE,
    ADDRESS_WINDOW,
    DAY,
    FAMILIAR_FOR,
    HOUR,
    STRANGERS_A_DAY,
    Standing,
    Tally,
    TooManyAttempts,
    free_at,
)
from services.identity.models import SignInAttempt, SignInSession, db
from services.identity.usecases import noting

SKEW = timedelta(minutes=1)
_OF_STRANGERS = or_(
    SignInAttempt.standing.is_(None), SignInAttempt.standing == Standing.STRANGER.value
)


def start_attempt(nip: str, address: str, *, device: UUID | None) -> UUID:
    """Count a try as failed before it is made, unless it comes too early.

    `device` is the one its owner is known by. Whoever then succeeds calls `settle`. Raises
    `TooManyAttempts`.
    """
    mark = _mark(nip)
    return _start(lambda: _Try(mark, address, _standing(mark, address, device), device))


def start_in_session(row: SignInSession, address: str) -> UUID:
    """Count a try of who has shown the password already. Raises `TooManyAttempts`."""
    standing = Standing.DEVICE if row.device_id else Standing.SESSION
    mark = _mark(queries.employee(row.employee_id).nip)
    return _start(lambda: _Try(mark, address, standing, row.device_id))


def settle(attempt_id: UUID, outcome: str) -> None:
    """Say that a try did not fail: it is `halfway` or `passed`."""
    with db.transaction() as session:
        session.execute(
            update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(outcome=outcome)
        )


def is_from_elsewhere(attempt_id: UUID) -> bool:
    """Tell whether an account that was signed in to before is so from an address new to it."""
    row = db.session.get(SignInAttempt, attempt_id)
    if row is None or row.standing == Standing.FAMILIAR:
        return False
    earlier = select(SignInAttempt.id).where(
        SignInAttempt.account_mark == row.account_mark,
        SignInAttempt.outcome == "passed",
        SignInAttempt.id != row.id,
    )
    return db.session.scalar(earlier.limit(1)) is not None


@dataclass(frozen=True)
class _Try:
    mark: str
    address: str
    standing: Standing
    device: UUID | None

    def row(self, outcome: str, at: datetime) -> SignInAttempt:
        return SignInAttempt(
            account_mark=self.mark,
            address=self.address,
            standing=self.standing.value,
            device_id=self.device,
            outcome=outcome,
            tried_at=at,
        )

    def own(self) -> list[ColumnElement[bool]]:
        """Return which rows are of the same tally."""
        if self.standing is Standing.DEVICE:
            return [SignInAttempt.account_mark == self.mark, SignInAttempt.device_id == self.device]
        of_account = SignInAttempt.account_mark == self.mark
        if self.standing is Standing.SESSION:
            return [of_account, SignInAttempt.standing == Standing.SESSION.value]
        return [
            of_account,
            SignInAttempt.address == self.address,
            SignInAttempt.device_id.is_(None),
        ]


def _start(prepare: Callable[[], _Try]) -> UUID:
    instant = now()
    with db.transaction() as session:
        tried = prepare()
        tally = _tally(tried, at=instant)
        free = free_at(tally, now=instant)
        is_early = free > instant
        row = tried.row("held" if is_early else "failed", instant)
        if not is_early or _begins_to_wait(tally):
            session.add(row)
            session.flush()
    if is_early:
        noting.held_back(tried.address)
        raise TooManyAttempts(retry_after=ceil((free - instant).total_seconds()) + 1)
    return row.id


def _begins_to_wait(tally: Tally) -> bool:
    return tally.standing is Standing.STRANGER and not tally.own and tally.asked_at is None


def _standing(mark: str, address: str, device: UUID | None) -> Standing:
    if device is not None:
        return Standing.DEVICE
    signed_in = select(SignInAttempt.id).where(
        SignInAttempt.account_mark == mark,
        SignInAttempt.address == address,
        SignInAttempt.outcome == "passed",
        SignInAttempt.tried_at > now() - FAMILIAR_FOR,
    )
    is_familiar = db.session.scalar(signed_in.limit(1)) is not None
    return Standing.FAMILIAR if is_familiar else Standing.STRANGER


def _tally(tried: _Try, *, at: datetime) -> Tally:
    own = _times(*tried.own(), at=at, since=max(at - HOUR, _forgiven(tried, at)))
    if tried.standing is not Standing.STRANGER:
        return Tally(tried.standing, own=own)
    of_account = SignInAttempt.account_mark == tried.mark
    at_address = SignInAttempt.address == tried.address
    at_once = _times(_OF_STRANGERS, at_address, at=at, since=at - ADDRESS_WINDOW)
    return Tally(
        tried.standing,
        own=own,
        strangers=_times(_OF_STRANGERS, of_account, at=at, since=at - DAY),
        address=at_once,
        people=_people(tried.address, at) if len(at_once) >= ADDRESS_FREE else 0,
        asked_at=_asked_at(tried, at, after=own[-1] if own else at - HOUR),
    )


def _forgiven(tried: _Try, at: datetime) -> datetime:
    passed = select(func.max(SignInAttempt.tried_at)).where(
        *tried.own(), SignInAttempt.outcome == "passed", SignInAttempt.tried_at <= at + SKEW
    )
    return db.session.scalar(passed) or at - HOUR


def _asked_at(tried: _Try, at: datetime, *, after: datetime) -> datetime | None:
    first = select(func.min(SignInAttempt.tried_at)).where(
        *tried.own(),
        SignInAttempt.outcome == "held",
        SignInAttempt.tried_at > after,
        SignInAttempt.tried_at <= at + SKEW,
    )
    return db.session.scalar(first)


def _people(address: str, at: datetime) -> int:
    distinct = select(func.count(SignInAttempt.account_mark.distinct())).where(
        SignInAttempt.address == address,
        SignInAttempt.outcome == "passed",
        SignInAttempt.tried_at > at - DAY,
    )
    return db.session.scalar(distinct) or 0


def _times(*which: ColumnElement[bool], at: datetime, since: datetime) -> list[datetime]:
    """Return when tries failed, the last of them.

    What a clock wrote that ran ahead would keep people out until that time comes.
    """
    latest = (
        select(SignInAttempt.tried_at)
        .where(
            *which,
            SignInAttempt.outcome == "failed",
            SignInAttempt.tried_at > since,
            SignInAttempt.tried_at <= at + SKEW,
        )
        .order_by(SignInAttempt.tried_at.desc())
        .limit(STRANGERS_A_DAY)
    )
    return list(reversed(db.session.scalars(latest).all()))


def _mark(nip: str) -> str:
    return machinery().sealer.mark("sign-in attempts", nip)
