"""What brings an account back: a link, or a letter in two parts where no contact is left."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from chassis.data.versioned import count_changed
from chassis.events.security import Kind, note
from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.adapters.sealing import fingerprint, new_token
from services.identity.domain import recovering
from services.identity.domain.ending import EndReason
from services.identity.domain.recovering import LINK_TRIES, Desk, RecoveryWaits, Resets, State
from services.identity.models import AccountRecovery, Employee, db
from services.identity.usecases import hands, passwords, second_factor
from services.identity.usecases.letters import burn
from services.identity.usecases.passwords import LinkDead
from services.identity.usecases.recoveries import recovery, request_of
from services.identity.usecases.recovering import LINK_PATH, tell
from services.identity.usecases.second_factor import CodeWrong

_DIGITS = 8


@dataclass(frozen=True)
class Part:
    """One part of a letter: BKPSDM gets the link, the OPD the code that it asks for."""

    path: str | None = None
    expires_at: datetime | None = None
    code: str | None = None


def hand_over(recovery_id: UUID, *, by: UUID) -> Part:
    """Give one's part of the letter to a person who confirmed, once the waiting time is over.

    A new link ends the one before. Raises `NotFound`, `RecoveryEnded`, `HandNotNeeded`,
    `DecidingBarred` or `RecoveryWaits`.
    """
    with db.transaction():
        row = recovery(recovery_id)
        recovering.check_letter(request_of(row), by, now())
        desk = Desk.OPD if by == row.opd_hand else Desk.BKPSDM
        hands.check_still_confirms(by, queries.employee(row.employee_id), desk)
        thing = f"account_recovery/{row.id}"
        note(Kind.RECOVERY, "letter_shown", person=row.employee_id, thing=thing)
        if desk is Desk.OPD:
            return Part(code=_code_of(row))
        token = new_token()
        row.change(
            link_fingerprint=fingerprint(token),
            link_expires_at=row.expires_at,
            by_letter=True,
        )
    return Part(path=f"{LINK_PATH}/{token}", expires_at=row.expires_at)


def find(token: str) -> AccountRecovery:
    """Return the released request of any region that a link belongs to. Raises `LinkDead`."""
    with all_regions():
        row = db.session.scalar(
            select(AccountRecovery)
            .join(Employee, Employee.id == AccountRecovery.employee_id)
            .where(
                AccountRecovery.link_fingerprint == fingerprint(token),
                AccountRecovery.link_expires_at > now(),
                AccountRecovery.link_tries < LINK_TRIES,
                AccountRecovery.state == State.RELEASED,
                Employee.active,
            )
        )
    if row is None:
        raise LinkDead
    return row


def set_password(token: str, new_password: str, *, code: str) -> None:
    """Set the password that a recovery allows, once, and end every session.

    Raises `LinkDead`, `RecoveryWaits`, `CodeWrong`, `PasswordTooWeak` or `PasswordReused`.
    """
    row = find(token)
    with in_region(row.region):
        person = queries.employee(row.employee_id)
        hashed = passwords.hash_checked(person, new_password)
        _check_code(row, code)
        with db.transaction():
            _use(row, Resets.PASSWORD)
            passwords.store(person, hashed, why=EndReason.RECOVERY)


def take_factor_away(token: str, password: str, *, code: str) -> None:
    """Take the lost authenticator away from whoever knows the password, and end every session.

    Raises `LinkDead`, `RecoveryWaits`, `CodeWrong` or `PasswordWrong`.
    """
    row = find(token)
    with in_region(row.region):
        _check_code(row, code)
        passwords.check(row.employee_id, password)
        with db.transaction():
            _use(row, Resets.SECOND_FACTOR)
            second_factor.remove(queries.employee(row.employee_id))


def _check_code(row: AccountRecovery, code: str) -> None:
    """Count a try before it is looked at, so that many at once are no more than a few.

    A request has so many tries, however many links were made for it.
    """
    alive = update(AccountRecovery).where(
        AccountRecovery.id == row.id,
        AccountRecovery.link_fingerprint == row.link_fingerprint,
        AccountRecovery.state == State.RELEASED,
        AccountRecovery.link_tries < LINK_TRIES,
    )
    with db.transaction() as session:
        counted = alive.values(link_tries=AccountRecovery.link_tries + 1)
        if not count_changed(session, counted):
            raise LinkDead
    typed = "".join(char for char in code if char.isdecimal())
    if row.by_letter and not hmac.compare_digest(typed.encode(), _digits_of(row).encode()):
        raise CodeWrong


def _use(row: AccountRecovery, resets: Resets) -> None:
    db.session.refresh(row, with_for_update=True)
    if row.resets != resets or row.state != State.RELEASED:
        raise LinkDead
    if request_of(row).lacks:  # the owner became an officer meanwhile
        raise RecoveryWaits
    row.change(state=str(State.USED), ended_at=now(), ended_by=row.employee_id)
    burn(row.id)
    tell(row)


def _code_of(row: AccountRecovery) -> str:
    digits = _digits_of(row)
    return f"{digits[: _DIGITS // 2]} {digits[_DIGITS // 2 :]}"


def _digits_of(row: AccountRecovery) -> str:
    mark = machinery().sealer.mark("letters of recoveries", str(row.id))
    return str(int(mark, 16) % 10**_DIGITS).zfill(_DIGITS)
