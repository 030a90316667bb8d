"""Forgetting what has no further use."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from chassis.process.clock import now
from chassis.process.regions import all_regions
from chassis.process.runtime import here
from services.identity.domain.contact_codes import LONGEST_BUDGET
from services.identity.domain.throttling import FAMILIAR_FOR
from services.identity.models import (
    AuthorizationCode,
    ContactCode,
    KnownDevice,
    PasswordLink,
    RecoveryTry,
    RefreshToken,
    SealedLetter,
    SignInAttempt,
    SignInSession,
    TokenFamily,
    db,
)
from services.identity.usecases.devices import DEVICE_LIFE

_ATTEMPTS_KEPT = timedelta(days=2)
_TRIES_KEPT = timedelta(days=2)
_SESSIONS_KEPT = timedelta(days=30)


def tidy() -> bool:
    """Delete old attempts, sessions, codes, links and token families."""
    instant = now()
    old = instant - _SESSIONS_KEPT
    families = select(TokenFamily.id).where(TokenFamily.expires_at < old)
    with all_regions(), db.transaction() as session:
        for statement in (
            delete(SignInAttempt).where(
                SignInAttempt.tried_at < instant - _ATTEMPTS_KEPT, SignInAttempt.outcome != "passed"
            ),
            delete(SignInAttempt).where(SignInAttempt.tried_at < instant - FAMILIAR_FOR),
            delete(KnownDevice).where(KnownDevice.used_at < instant - DEVICE_LIFE),
            delete(PasswordLink).where(PasswordLink.expires_at < _links_end(instant)),
            delete(AuthorizationCode).where(AuthorizationCode.expires_at < old),
            delete(RefreshToken).where(RefreshToken.family_id.in_(families)),
            delete(TokenFamily).where(TokenFamily.expires_at < old),
            delete(SealedLetter).where(SealedLetter.expires_at < instant),
            delete(ContactCode).where(ContactCode.sent_at < instant - LONGEST_BUDGET),
            delete(RecoveryTry).where(RecoveryTry.tried_at < instant - _TRIES_KEPT),
            delete(SignInSession).where(SignInSession.expires_at < old),
        ):
            session.execute(statement, execution_options={"synchronize_session": False})
    return False


def _links_end(instant: datetime) -> datetime:
    """A link tells how old an account is for as long as that matters to a recovery."""
    days: int = here().settings["RECOVERY_HAND_DAYS"]
    return instant - max(_SESSIONS_KEPT, timedelta(days=days))
