"""Ending what a person has open: browsers and tokens."""

from uuid import UUID

from sqlalchemy import update

from chassis.process.clock import now
from services.identity import events
from services.identity.domain.sign_in import revocation_mark
from services.identity.models import Employee, SignInSession, TokenFamily, db


def end_sessions(person: Employee, *, keep: UUID | None = None) -> None:
    """End all sessions but `keep` and kill every token issued so far.

    Refresh fails at once; access tokens die when the services hear `employee.changed`.
    """
    with db.transaction() as session:
        instant = now()
        _end(SignInSession.employee_id == person.id, SignInSession.id != keep)
        session.execute(
            update(TokenFamily)
            .where(TokenFamily.employee_id == person.id, TokenFamily.revoked_at.is_(None))
            .values(revoked_at=instant)
        )
        person.sessions_revoked_at = revocation_mark(instant)
        session.flush()
        events.employee_changed(person)


def sign_out(session_row: SignInSession) -> None:
    """End one browser's session and the tokens that came from it."""
    with db.transaction() as session:
        _end(SignInSession.id == session_row.id)
        session.execute(
            update(TokenFamily)
            .where(TokenFamily.session_id == session_row.id, TokenFamily.revoked_at.is_(None))
            .values(revoked_at=now())
        )


def _end(*which: object) -> None:
    db.session.execute(
        update(SignInSession)
        .where(*which, SignInSession.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=now())
    )
