"""Setting and changing passwords, and the one-time links that let a person set the first."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from chassis.data.versioned import count_changed
from chassis.kernel.errors import FieldError, NotFound, Refused
from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.adapters.sealing import fingerprint, new_token
from services.identity.domain.passwords import check_password, normalise
from services.identity.domain.sign_in import RESET_LINK_LIFE
from services.identity.models import Account, Employee, PasswordLink, SignInSession, db
from services.identity.usecases import attempts
from services.identity.usecases.sessions import check_manages, revoke

LINK_PATH = "/masuk/tautan"


class PasswordReused(Refused):
    kind = "invalid"
    code = "password_reused"
    text = {
        "id": "Kata sandi baru harus berbeda dari yang lama.",
        "en": "The new password must differ from the old one.",
    }


class PasswordWrong(Refused):
    kind = "invalid"
    code = "password_wrong"
    text = {"id": "Kata sandi Anda tidak cocok.", "en": "Your password does not match."}

    def __init__(self) -> None:
        pointer = "/old_password"
        super().__init__(errors=[FieldError(pointer, self.code, self.text["id"], self.text["en"])])


class LinkDead(Refused):
    kind = "missing"
    code = "link_dead"
    text = {
        "id": "Tautan sudah dipakai atau kedaluwarsa. Minta tautan baru kepada administrator.",
        "en": "The link was used or has expired. Ask an administrator for a new one.",
    }


def issue_link(
    employee_id: UUID, *, by: UUID | None, life: timedelta = RESET_LINK_LIFE
) -> tuple[str, PasswordLink]:
    """Return the path of a new one-time link; older links die.

    Raises `NotFound` or `GrantBeyondOwnRole`; `by` None is the installation itself.
    """
    token = new_token()
    instant = now()
    with db.transaction() as session:
        if by is not None:
            check_manages(by, employee_id)
        person = queries.employee(employee_id)
        session.execute(
            update(PasswordLink)
            .where(PasswordLink.employee_id == person.id, PasswordLink.used_at.is_(None))
            .values(used_at=instant)
        )
        link = PasswordLink(
            employee_id=person.id,
            fingerprint=fingerprint(token),
            created_by=by,
            expires_at=instant + life,
        )
        session.add(link)
    return f"{LINK_PATH}/{token}", link


def find_link(token: str) -> PasswordLink:
    """Return a live link of any region. Raises `LinkDead`."""
    with all_regions():
        link = db.session.scalar(
            select(PasswordLink)
            .join(Employee, Employee.id == PasswordLink.employee_id)
            .where(
                PasswordLink.fingerprint == fingerprint(token),
                PasswordLink.used_at.is_(None),
                PasswordLink.expires_at > now(),
                Employee.active,
            )
        )
    if link is None:
        raise LinkDead
    return link


def use_link(token: str, new_password: str) -> None:
    """Set the password a link allows, once, and end every session.

    Raises `LinkDead` or `PasswordTooWeak` (the link then stays good).
    """
    link = find_link(token)
    with in_region(link.region):
        person = queries.employee(link.employee_id)
        hashed = _hash_checked(person, new_password)
        with db.transaction() as session:
            unused = update(PasswordLink).where(
                PasswordLink.id == link.id, PasswordLink.used_at.is_(None)
            )
            if not count_changed(session, unused.values(used_at=now())):
                raise LinkDead
            _store(person, hashed, keep=None)


def change_owed(session_id: UUID, new_password: str) -> None:
    """Set the password that a session still owes.

    Raises `PasswordTooWeak` or `PasswordReused`.
    """
    _change(queries.sign_in_session(session_id), new_password)


def change(session_id: UUID, *, old_password: str, new_password: str, address: str) -> None:
    """Change the password of a signed-in person.

    Raises `PasswordWrong`, `PasswordTooWeak`, `PasswordReused` or `TooManyAttempts`.
    """
    row = queries.sign_in_session(session_id)
    person = queries.employee(row.employee_id)
    attempt_id = attempts.start_attempt(person.nip, address)
    check(person.id, old_password)
    attempts.settle(attempt_id, "halfway")
    _change(row, new_password)


def check(employee_id: UUID, password: str) -> None:
    """Refuse what is not the person's password. Raises `PasswordWrong`."""
    if not machinery().hasher.verify(_stored(employee_id), normalise(password)):
        raise PasswordWrong


def install_password(employee_id: UUID, password: str, *, must_change: bool) -> None:
    """Set a password made by the system: for the invented people of a demo."""
    hashed = machinery().hasher.hash(normalise(password))
    with db.transaction():
        account = _account(employee_id)
        account.password_hash = hashed
        account.password_set_at = now()
        account.must_change_password = must_change


def _change(row: SignInSession, new_password: str) -> None:
    person = queries.employee(row.employee_id)
    hashed = _hash_checked(person, new_password)
    with db.transaction():
        _store(person, hashed, keep=row.id)


def _hash_checked(person: Employee, new_password: str) -> str:
    check_password(new_password, nip=person.nip, name=person.name)
    hasher = machinery().hasher
    if hasher.verify(_stored(person.id), normalise(new_password)):
        raise PasswordReused
    return hasher.hash(normalise(new_password))


def _store(person: Employee, hashed: str, *, keep: UUID | None) -> None:
    account = _account(person.id)
    account.password_hash = hashed
    account.password_set_at = now()
    account.must_change_password = False
    revoke(person, keep=keep)


def _stored(employee_id: UUID) -> str | None:
    account = queries.account(employee_id)
    return account.password_hash if account else None


def _account(employee_id: UUID) -> Account:
    account = queries.account(employee_id)
    if account is None:
        raise NotFound
    return account
