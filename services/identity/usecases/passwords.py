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
from services.identity.domain.ending import EndReason
from services.identity.domain.passwords import check_password, normalise
from services.identity.domain.roles import ADMINISTRATORS, GrantBeyondOwnRole
from services.identity.domain.sign_in import RESET_LINK_LIFE
from services.identity.models import Account, Employee, PasswordLink, SignInSession, db
from services.identity.usecases import attempts
from services.identity.usecases.sessions import check_activates, revoke
from services.identity.usecases.taking_turns import take_turn

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


class AlreadyActive(Refused):
    """Whoever had a password gets back in by a recovery, never by a link in somebody's hand."""

    code = "already_active"
    text = {
        "id": "Akun ini sudah aktif; kata sandinya dipulihkan lewat permintaan pemulihan.",
        "en": "This account is active; its password comes back by a recovery.",
    }


class LinkDead(Refused):
    kind = "missing"
    code = "link_dead"
    text = {
        "id": "Tautan sudah dipakai atau kedaluwarsa. Minta yang baru lewat Lupa kata sandi,"
        " atau kepada Umpeg.",
        "en": "The link was used or has expired. Ask for a new one: Forgotten password, or your"
        " Umpeg.",
    }


def issue_link(
    employee_id: UUID, *, by: UUID | None, life: timedelta = RESET_LINK_LIFE
) -> tuple[str, PasswordLink]:
    """Return the path of a new one-time link for who never had a password; older links die.

    Raises `NotFound`, `AlreadyActive` or `GrantBeyondOwnRole`; `by` None is the installation
    itself.
    """
    token = new_token()
    instant = now()
    with db.transaction() as session:
        take_turn()
        if by is not None:
            check_activates(by, employee_id)
        if _stored(employee_id) is not None:
            raise AlreadyActive
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


def is_active(employee_id: UUID) -> bool:
    """Say whether a person ever had a password."""
    return _stored(employee_id) is not None


def find_link(token: str) -> PasswordLink:
    """Return a live link of any region. Raises `LinkDead`.

    One for an account that is active is dead: the previous release gives them to administrators.
    So is one whose maker may not make it any more.
    """
    with all_regions():
        link = db.session.scalar(
            select(PasswordLink)
            .join(Employee, Employee.id == PasswordLink.employee_id)
            .join(Account, Account.employee_id == PasswordLink.employee_id)
            .where(
                PasswordLink.fingerprint == fingerprint(token),
                PasswordLink.used_at.is_(None),
                PasswordLink.expires_at > now(),
                Employee.active,
                Account.password_hash.is_(None),
            )
        )
    if link is None or not _may_be_made_today(link):
        raise LinkDead
    return link


def _may_be_made_today(link: PasswordLink) -> bool:
    maker = link.created_by
    if maker is None:
        return True
    with in_region(link.region):
        try:
            check_activates(maker, link.employee_id)
        except GrantBeyondOwnRole:
            return False
        return queries.holds(maker, ADMINISTRATORS)


def end_lesser_links(employee_id: UUID) -> None:
    """End the links for a person who becomes an officer, but those of a sysadmin."""
    sysadmins = {grant.employee_id for grant in queries.holders_today("sysadmin")}
    instant = now()
    db.session.execute(
        update(PasswordLink)
        .where(
            PasswordLink.employee_id == employee_id,
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > instant,
            PasswordLink.created_by.not_in(sysadmins),  # never true of the installation's, NULL
        )
        .values(expires_at=instant)
    )


def use_link(token: str, new_password: str) -> None:
    """Set the password a link allows, once, and end every session.

    Raises `LinkDead` or `PasswordTooWeak` (the link then stays good).
    """
    link = find_link(token)
    with in_region(link.region):
        person = queries.employee(link.employee_id)
        hashed = hash_checked(person, new_password)
        with db.transaction() as session:
            instant = now()
            unused = update(PasswordLink).where(
                PasswordLink.id == link.id,
                PasswordLink.used_at.is_(None),
                PasswordLink.expires_at > instant,
            )
            if not count_changed(session, unused.values(used_at=instant)):
                raise LinkDead
            _account(person.id).activated_by = link.created_by
            store(person, hashed, why=EndReason.RECOVERY)


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
    attempt_id = attempts.start_in_session(row, address)
    check(row.employee_id, old_password)
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
    hashed = hash_checked(person, new_password)
    with db.transaction():
        store(person, hashed, why=EndReason.PASSWORD_CHANGED, keep=row.id)


def hash_checked(person: Employee, new_password: str) -> str:
    """Return the hash of a new password. Raises `PasswordTooWeak` or `PasswordReused`."""
    check_password(new_password, nip=person.nip, name=person.name)
    hasher = machinery().hasher
    if hasher.verify(_stored(person.id), normalise(new_password)):
        raise PasswordReused
    return hasher.hash(normalise(new_password))


def store(person: Employee, hashed: str, *, why: EndReason, keep: UUID | None = None) -> None:
    """Put a new password into force and end every session but `keep`."""
    account = _account(person.id)
    account.password_hash = hashed
    account.password_set_at = now()
    account.must_change_password = False
    revoke(person, why=why, keep=keep)


def _stored(employee_id: UUID) -> str | None:
    account = queries.account(employee_id)
    return account.password_hash if account else None


def _account(employee_id: UUID) -> Account:
    account = queries.account(employee_id)
    if account is None:
        raise NotFound
    return account
