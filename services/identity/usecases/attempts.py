"""Counting tries at signing in, in the database, so every process counts the same ones."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.process.clock import now
from services.identity.adapters.machinery import machinery
from services.identity.domain.throttling import WINDOW, Failures, check_throttle
from services.identity.models import SignInAttempt, db

SKEW = timedelta(minutes=1)


def start_attempt(nip: str, address: str) -> UUID:
    """Count a try as failed before it is made, unless it comes too early.

    Whoever then succeeds calls `settle`. Raises `TooManyAttempts`.
    """
    mark = machinery().sealer.mark("sign-in attempts", nip)
    instant = now()
    with db.transaction() as session:
        check_throttle(_failures(mark, address, at=instant), now=instant)
        attempt = SignInAttempt(account_mark=mark, address=address, tried_at=instant)
        session.add(attempt)
        session.flush()
    return attempt.id


def settle(attempt_id: UUID, outcome: str) -> None:
    """Say that a try did not fail: it is `halfway` or `passed`."""
    with db.transaction() as session:
        session.execute(
            update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(outcome=outcome)
        )


def _failures(mark: str, address: str, *, at: datetime) -> Failures:
    of_account = SignInAttempt.account_mark == mark
    of_address = SignInAttempt.address == address
    # What a clock wrote that ran ahead would keep people out until that time comes.
    past, since = SignInAttempt.tried_at <= at + SKEW, at - WINDOW
    forgiven = db.session.scalar(
        select(func.max(SignInAttempt.tried_at)).where(
            past, of_account, of_address, SignInAttempt.outcome == "passed"
        )
    )
    return Failures(
        pair=_times(past, of_account, of_address, since=max(since, forgiven or since)),
        account=_times(past, of_account, since=since),
        address=_times(past, of_address, since=since),
    )


def _times(*which: object, since: datetime) -> list[datetime]:
    return list(
        db.session.scalars(
            select(SignInAttempt.tried_at)
            .where(
                *which,  # type: ignore[arg-type]
                SignInAttempt.outcome == "failed",
                SignInAttempt.tried_at > since,
            )
            .order_by(SignInAttempt.tried_at)
        )
    )
