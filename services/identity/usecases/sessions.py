"""Ending what a person has open: browsers and tokens.

Every end is told as `session.ended`, so that no service takes an access token of it any more.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.http.sessions import LONGEST_LIFE
from chassis.http.sessions import end as refuse_tokens_of
from chassis.process.clock import now
from chassis.process.runtime import here
from services.identity import events, queries
from services.identity.domain.ending import EndReason
from services.identity.domain.roles import (
    check_may_activate,
    check_may_manage_account,
    is_above_administrators,
)
from services.identity.domain.sign_in import revocation_mark
from services.identity.models import Delegation, Employee, RoleGrant, SignInSession, TokenFamily, db
from services.identity.usecases import devices


def end_sessions(employee_id: UUID, *, by: UUID) -> None:
    """End every session and token of an employee. Raises `NotFound` or `GrantBeyondOwnRole`."""
    with db.transaction():
        check_manages(by, employee_id)
        revoke(queries.employee(employee_id), why=EndReason.ADMINISTRATOR)


def check_manages(manager_id: UUID, owner_id: UUID) -> None:
    """Refuse managing an account above one's own rank. Raises `GrantBeyondOwnRole`."""
    check_may_manage_account(
        manager_roles=queries.roles_today(manager_id),
        owner_is_above=is_above(owner_id),
    )


def is_above(person_id: UUID) -> bool:
    """Say whether a person decides over BKPSDM's own officers, or watches them.

    Also from a later day on, and in somebody's place: managing the account would end that.
    """
    return any(is_above_administrators(queries.role(code)) for code in _roles_ahead(person_id))


def _roles_ahead(employee_id: UUID) -> set[str]:
    """Return the roles a person holds or stands in for, today or on a later day."""
    day = queries.today()
    held = select(RoleGrant.role).where(
        RoleGrant.employee_id == employee_id,
        RoleGrant.active,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )
    lent = select(Delegation.role).where(
        Delegation.to_employee_id == employee_id, Delegation.active, Delegation.ends_on >= day
    )
    return {*db.session.scalars(held), *db.session.scalars(lent)}


def check_activates(administrator_id: UUID, owner_id: UUID) -> None:
    """Refuse an activation letter for more rights than one's own. Raises `GrantBeyondOwnRole`.

    Roles that have ended count too: else an administrator ends a role, and gives it back to an
    account that he has opened. The last day of a role can be set to one long past.
    """
    ever = select(RoleGrant.role).where(RoleGrant.employee_id == owner_id)
    check_may_activate(
        administrator_roles=queries.roles_today(administrator_id),
        owner_roles=queries.roles_exercised(owner_id).union(db.session.scalars(ever)),
    )


def check_renumbers(administrator_id: UUID, owner_id: UUID) -> None:
    """Refuse another NIP for an officer, who signs in with it. Raises `GrantBeyondOwnRole`."""
    check_manages(administrator_id, owner_id)
    check_activates(administrator_id, owner_id)


def revoke(person: Employee, *, why: EndReason, keep: UUID | None = None, **also: Any) -> None:
    """End all sessions but `keep` and kill every token issued so far; `also` changes with it."""
    with db.transaction():
        instant = now()
        _end(SignInSession.employee_id == person.id, SignInSession.id != keep, why=why, at=instant)
        _end_tokens(TokenFamily.employee_id == person.id, why=why, at=instant)
        devices.forget(person.id, keep=keep)
        note(Kind.SESSION, str(why), person=person.id)
        # A token that names no session, of an earlier release, ends by this mark.
        person.change(sessions_revoked_at=revocation_mark(instant), **also)
        outbox.record(events.employee_changed(person))


def end(session_id: UUID, *, why: EndReason) -> None:
    """End one browser's session and the tokens that came from it."""
    with db.transaction():
        instant = now()
        _end(SignInSession.id == session_id, why=why, at=instant)
        _end_tokens(TokenFamily.session_id == session_id, why=why, at=instant)


def end_tokens(family_id: UUID, *, why: EndReason) -> None:
    """Make all that descends from one sign-in to one application worthless."""
    _end_tokens(TokenFamily.id == family_id, why=why, at=now())


def _end(*which: ColumnElement[bool], why: EndReason, at: datetime) -> None:
    db.session.execute(
        update(SignInSession)
        .where(*which, SignInSession.ended_at.is_(None))
        .values(ended_at=at, end_reason=why)
    )


def _end_tokens(which: ColumnElement[bool], *, why: EndReason, at: datetime) -> None:
    """Whoever revokes a family first tells of it; of one long over no token is left."""
    living = (TokenFamily.revoked_at.is_(None), TokenFamily.expires_at > at - LONGEST_LIFE)
    ending = update(TokenFamily).where(which, *living).values(revoked_at=at, end_reason=why)
    columns = (TokenFamily.id, TokenFamily.employee_id, TokenFamily.region)
    with db.transaction() as session:
        for family_id, employee_id, region in session.execute(ending.returning(*columns)).all():
            refuse_tokens_of(here(), family_id, at)
            outbox.record(events.session_ended(family_id, employee_id, at, region=region))
            if why is EndReason.TOKEN_REUSED:
                thing = f"session/{family_id}"
                note(Kind.SESSION, str(why), person=employee_id, thing=thing, region=region)
