"""Counting tries at signing in, in the database, so every process counts the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from chassis.data.tallies import hold
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


@dataclass(frozen=True)
class Target:
    """An account that a try may open. `region` is empty where the NIP is nobody's.

    `device` is the one its owner is known by.
    """

    nip: str
    region: str = ""
    device: UUID | None = None


def start_attempts(targets: Sequence[Target], address: str) -> tuple[list[UUID | None], int]:
    """Count a try at each account before it is made, and say for how long others are to wait.

    Accounts of several regions may have one NIP: what succeeds at one is a failure at the others,
    so that nobody's own account is a way to guess at another's. An id is None where the try comes
    too early; the seconds are those until the first of them. Whoever succeeds calls `settle`.
    Raises `TooManyAttempts` when all come too early.
    """
    started: list[UUID | None] = []
    waits: list[int] = []
    for target in targets:
        try:
            started.append(start_attempt(target, address))
        except TooManyAttempts as early:
            started.append(None)
            waits.append(early.retry_after)
    wait = min(waits, default=0)
    if not any(started):
        raise TooManyAttempts(retry_after=wait)
    return started, wait


def start_attempt(target: Target, address: str) -> UUID:
    """Count a try as failed before it is made, unless it comes too early.

    Whoever then succeeds calls `settle`. Raises `TooManyAttempts`.
    """
    account = _Account(_mark(target.nip), target.region)
    device = target.device
    return _start(lambda: _Try(account, address, _standing(account, address, device), device))


def start_in_session(row: SignInSession, address: str) -> UUID:
    """Count a try of who has shown the password already. Raises `TooManyAttempts`."""
    standing = Standing.DEVICE if row.device_id else Standing.SESSION
    account = _Account(_mark(queries.employee(row.employee_id).nip), row.region)
    return _start(lambda: _Try(account, address, standing, row.device_id))


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
        *_Account(row.account_mark, row.account_region or "").rows(),
        SignInAttempt.outcome == "passed",
        SignInAttempt.id != row.id,
    )
    return db.session.scalar(earlier.limit(1)) is not None


def is_familiar(target: Target, address: str) -> bool:
    """Tell whether the owner of an account has signed in to it from an address of late."""
    account = _Account(_mark(target.nip), target.region)
    signed_in = select(SignInAttempt.id).where(*account.rows(), *_passed_at(address))
    return db.session.scalar(signed_in.limit(1)) is not None


@dataclass(frozen=True)
class _Account:
    mark: str
    region: str

    def rows(self) -> list[ColumnElement[bool]]:
        """Return which rows are tries at it; the previous release wrote no region."""
        region = SignInAttempt.account_region
        return [
            SignInAttempt.account_mark == self.mark,
            or_(region == self.region, region.is_(None)),
        ]


@dataclass(frozen=True)
class _Try:
    account: _Account
    address: str
    standing: Standing
    device: UUID | None

    def row(self, outcome: str, at: datetime) -> SignInAttempt:
        return SignInAttempt(
            account_mark=self.account.mark,
            account_region=self.account.region,
            address=self.address,
            standing=self.standing.value,
            device_id=self.device,
            outcome=outcome,
            tried_at=at,
        )

    def tallies(self) -> list[str]:
        """Name what it is counted in: only a stranger's counts for an address."""
        of_account = f"sign-in/{self.account.mark}"
        if self.standing is not Standing.STRANGER:
            return [of_account]
        return [of_account, f"sign-in from/{self.address}"]

    def own(self) -> list[ColumnElement[bool]]:
        """Return which rows are of the same tally."""
        of_account = self.account.rows()
        if self.standing is Standing.DEVICE:
            return [*of_account, SignInAttempt.device_id == self.device]
        if self.standing is Standing.SESSION:
            return [*of_account, SignInAttempt.standing == Standing.SESSION.value]
        at_address = SignInAttempt.address == self.address
        return [*of_account, at_address, SignInAttempt.device_id.is_(None)]


def _start(prepare: Callable[[], _Try]) -> UUID:
    with db.transaction() as session:
        tried = prepare()
        hold(db, *tried.tallies())
        instant = now()
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


def _standing(account: _Account, address: str, device: UUID | None) -> Standing:
    if device is not None:
        return Standing.DEVICE
    signed_in = select(SignInAttempt.id).where(*account.rows(), *_passed_at(address))
    has_signed_in = db.session.scalar(signed_in.limit(1)) is not None
    return Standing.FAMILIAR if has_signed_in else Standing.STRANGER


def _passed_at(address: str) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInAttempt.address == address,
        SignInAttempt.outcome == "passed",
        SignInAttempt.tried_at > now() - FAMILIAR_FOR,
    )


def _tally(tried: _Try, *, at: datetime) -> Tally:
    own = _times(*tried.own(), at=at, since=max(at - HOUR, _forgiven(tried, at)))
    if tried.standing is not Standing.STRANGER:
        return Tally(tried.standing, own=own)
    at_address = SignInAttempt.address == tried.address
    at_once = _times(_OF_STRANGERS, at_address, at=at, since=at - ADDRESS_WINDOW)
    return Tally(
        tried.standing,
        own=own,
        strangers=_times(_OF_STRANGERS, *tried.account.rows(), at=at, since=at - DAY),
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
