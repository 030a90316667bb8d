"""Turning a signed-in browser into tokens for an application.

A code is good for 60 seconds and once; coming a second time it kills what the first gave.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select, update

from chassis.data.versioned import count_changed
from chassis.process.clock import now
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.adapters.sealing import fingerprint
from services.identity.domain.ending import EndReason
from services.identity.domain.refresh import FAMILY_LIFE, Presented, Verdict, judge
from services.identity.domain.sign_in import CODE_LIFE
from services.identity.models import (
    AuthorizationCode,
    Employee,
    RefreshToken,
    SignInSession,
    TokenFamily,
    db,
)
from services.identity.usecases import idling, sessions
from services.identity.usecases.signing_in import lacks_second_factor, why_ended

T = TypeVar("T")


@dataclass(frozen=True)
class CodeRequest:
    """What an application asked for and what the code will be bound to."""

    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str


@dataclass(frozen=True)
class Grantee:
    """The person tokens are issued for, and from which family."""

    employee_id: UUID
    region: str
    amr: list[str]
    auth_time: datetime
    family_id: UUID
    not_before: datetime | None
    refresh_token: str | None = None
    idle: timedelta | None = None
    roles_by_password: list[str] = field(default_factory=list)


def as_one(answer: Callable[[], T]) -> T:
    """Do all that an OAuth endpoint does in one transaction, also where its answer is an error:
    a stolen token that comes back ends its family.
    """
    with db.transaction():
        return answer()


def issue_code(code: str, asked: CodeRequest, row: SignInSession) -> None:
    """Remember a code for the person of a finished session."""
    with db.transaction() as session:
        session.add(
            AuthorizationCode(
                region=row.region,
                fingerprint=fingerprint(code),
                session_id=row.id,
                client_id=asked.client_id,
                redirect_uri=asked.redirect_uri,
                scope=asked.scope,
                nonce=asked.nonce,
                code_challenge=asked.code_challenge,
                expires_at=min(now() + CODE_LIFE, row.expires_at),
            )
        )


def nonce_was_used(nonce: str, client_id: str) -> bool:
    return (
        db.session.scalar(
            select(AuthorizationCode.fingerprint)
            .where(AuthorizationCode.nonce == nonce, AuthorizationCode.client_id == client_id)
            .limit(1)
        )
        is not None
    )


def find_code(code: str, client_id: str) -> AuthorizationCode | None:
    """Return an unused, unexpired code of the client.

    A code that comes a second time revokes every token the first time gave.
    """
    row = db.session.scalar(
        select(AuthorizationCode).where(
            AuthorizationCode.fingerprint == fingerprint(code),
            AuthorizationCode.client_id == client_id,
        )
    )
    if row is None:
        return None
    if row.used_at is not None:
        if row.family_id is not None:
            sessions.end_tokens(row.family_id, why=EndReason.TOKEN_REUSED)
        return None
    return row if row.expires_at > now() else None


def redeem(code: AuthorizationCode) -> Grantee | None:
    """Use a code up and begin a family of tokens; None if it was too late."""
    instant = now()
    with db.transaction() as session:
        # Whoever ends this session meanwhile waits for the family, and ends it too.
        browser = session.scalar(_live(code.session_id).with_for_update(of=SignInSession))
        if browser is None:
            return None
        family = TokenFamily(
            region=code.region,
            client_id=code.client_id,
            employee_id=browser.employee_id,
            session_id=browser.id,
            scope=code.scope,
            amr=browser.amr,
            auth_time=browser.started_at,
            expires_at=min(instant + FAMILY_LIFE, browser.expires_at),
        )
        session.add(family)
        session.flush()
        unused = update(AuthorizationCode).where(
            AuthorizationCode.fingerprint == code.fingerprint,
            AuthorizationCode.used_at.is_(None),
        )
        if not count_changed(session, unused.values(used_at=instant, family_id=family.id)):
            family.revoked_at = instant
            return None
        return _grantee(family)


def first_refresh_token(grantee: Grantee, token: str) -> None:
    """Remember the first refresh token of a family."""
    with db.transaction() as session:
        session.add(
            RefreshToken(
                region=grantee.region, fingerprint=fingerprint(token), family_id=grantee.family_id
            )
        )


def find_family(token: str) -> TokenFamily | None:
    """Return the family a refresh token belongs to, whatever its state."""
    return db.session.scalar(
        select(TokenFamily)
        .join(RefreshToken, RefreshToken.family_id == TokenFamily.id)
        .where(RefreshToken.fingerprint == fingerprint(token))
    )


def session_of(family_id: UUID) -> UUID | None:
    """Return the browser's session a family of tokens comes from."""
    return db.session.scalar(select(TokenFamily.session_id).where(TokenFamily.id == family_id))


def refresh(token: str) -> Grantee | None:
    """Replace a refresh token by its successor.

    The successor is derived from the token with the service's key, so that the second of two
    tabs is given the same one although no token is ever stored. None when the token is worth
    nothing; one used before then, or whose successor was, also ends its family.
    """
    with db.transaction() as session:
        row = session.get(RefreshToken, fingerprint(token))
        family = find_family(token)
        browser = session.scalar(_live(family.session_id)) if family else None
        if row is None or family is None or browser is None:
            return None
        if idling.is_over(browser):
            return None
        if lacks_second_factor(browser):
            return None  # the browser is led to it when it comes for a new code
        successor = machinery().sealer.mark("refresh successor", token)
        state = Presented(
            row.used_at, family.expires_at, family.revoked_at, successor_used=_was_used(successor)
        )
        verdict = judge(state, now=now())
        if verdict is Verdict.REVOKE_FAMILY:
            sessions.end_tokens(family.id, why=EndReason.TOKEN_REUSED)
        if verdict not in (Verdict.ROTATE, Verdict.SAME_SUCCESSOR):
            return None
        if verdict is Verdict.ROTATE:
            _replace(row, successor)
        return _grantee(family, successor)


def why_over(family: TokenFamily) -> EndReason | None:
    """Say why a refresh token of a family is worth nothing; None: its session goes on."""
    if family.revoked_at is not None:
        return EndReason(family.end_reason or "unknown")
    return why_ended(db.session.get_one(SignInSession, family.session_id))


def revoke(family: TokenFamily) -> None:
    """Make every refresh token of a family worthless."""
    sessions.end_tokens(family.id, why=EndReason.SIGNED_OUT)


def _replace(row: RefreshToken, successor: str) -> None:
    unused = update(RefreshToken).where(
        RefreshToken.fingerprint == row.fingerprint, RefreshToken.used_at.is_(None)
    )
    if count_changed(db.session(), unused.values(used_at=now())):
        db.session.add(
            RefreshToken(
                region=row.region, fingerprint=fingerprint(successor), family_id=row.family_id
            )
        )
        db.session.flush()


def _was_used(token: str) -> bool:
    row = db.session.get(RefreshToken, fingerprint(token))
    return row is not None and row.used_at is not None


def _live(session_id: UUID) -> Select[SignInSession]:
    return (
        select(SignInSession)
        .join(Employee, Employee.id == SignInSession.employee_id)
        .where(
            SignInSession.id == session_id,
            SignInSession.done,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > now(),
            Employee.active,
        )
    )


def _grantee(family: TokenFamily, refresh_token: str | None = None) -> Grantee:
    revoked_at = db.session.scalar(
        select(Employee.sessions_revoked_at).where(Employee.id == family.employee_id)
    )
    browser = db.session.get_one(SignInSession, family.session_id)
    return Grantee(
        employee_id=family.employee_id,
        region=family.region,
        amr=browser.amr,  # a second factor may have been shown since
        auth_time=family.auth_time,
        family_id=family.id,
        not_before=revoked_at,
        idle=idling.limit_of(browser),
        roles_by_password=queries.roles_by_password(family.region),
        refresh_token=refresh_token,
    )
