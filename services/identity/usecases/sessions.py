"""Ending what a person has open: browsers and tokens."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from chassis.events import outbox
from chassis.process.clock import now
from services.identity import events, queries
from services.identity.domain.roles import check_may_activate, check_may_manage_account
from services.identity.domain.sign_in import revocation_mark
from services.identity.models import Employee, SignInSession, TokenFamily, db


def end_sessions(employee_id: UUID, *, by: UUID) -> None:
    """End every session and token of an employee. Raises `NotFound` or `GrantBeyondOwnRole`."""
    with db.transaction():
        check_manages(by, employee_id)
        revoke(queries.employee(employee_id))


def check_manages(manager_id: UUID, owner_id: UUID) -> None:
    """Refuse managing an account above one's own rank. Raises `GrantBeyondOwnRole`."""
    check_may_manage_account(
        manager_roles=queries.roles_today(manager_id), owner_roles=queries.roles_today(owner_id)
    )


def check_activates(administrator_id: UUID, owner_id: UUID) -> None:
    """Refuse an activation letter for more rights than one's own. Raises `GrantBeyondOwnRole`."""
    check_may_activate(
        administrator_roles=queries.roles_today(administrator_id),
        owner_roles=queries.roles_today(owner_id),
    )


def revoke(person: Employee, *, keep: UUID | None = None, **also: Any) -> None:
    """End all sessions but `keep` and kill every token issued so far; `also` changes with it.

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
        person.change(sessions_revoked_at=revocation_mark(instant), **also)
        outbox.record(events.employee_changed(person))


def sign_out(session_id: UUID) -> None:
    """End one browser's session and the tokens that came from it."""
    with db.transaction() as session:
        _end(SignInSession.id == session_id)
        session.execute(
            update(TokenFamily)
            .where(TokenFamily.session_id == session_id, TokenFamily.revoked_at.is_(None))
            .values(revoked_at=now())
        )


def _end(*which: object) -> None:
    db.session.execute(
        update(SignInSession)
        .where(*which, SignInSession.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=now())
    )
