"""The door: NIP and password, then whatever the account still owes.

A wrong password, an unknown NIP, an account without password and a deactivated person all get
the same answer after the same work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.kernel.errors import Refused
from chassis.kernel.nip import parse_nip
from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.adapters.sealing import fingerprint, new_token
from services.identity.domain.ending import EndReason
from services.identity.domain.passwords import normalise
from services.identity.domain.sign_in import (
    ENROLMENT_LIFE,
    PENDING_LIFE,
    SESSION_LIFE,
    Progress,
    Step,
    next_step,
)
from services.identity.domain.throttling import TooManyAttempts
from services.identity.models import Account, Employee, SignInSession, db
from services.identity.usecases import attempts, devices, idling, noting, second_factor

_MOST_REGIONS = 4
_NOBODY = UUID(int=0)


class SignInRefused(Refused):
    """Something does not fit; which part is never said."""

    kind = "unauthenticated"
    code = "sign_in_refused"
    text = {
        "id": "NIP atau kata sandi tidak cocok.",
        "en": "NIP or password do not match.",
    }


class SignInWithCodeRefused(SignInRefused):
    """The same where a code came along: it may be the part that does not fit."""

    text = {
        "id": "NIP, kata sandi, atau kode tidak cocok.",
        "en": "NIP, password or code do not match.",
    }


class NipReplaced(Refused):
    """The password is right and the NIP a former one; only its owner is told the new one."""

    kind = "unauthenticated"
    code = "nip_replaced"
    text = {
        "id": "NIP ini sudah diganti. Masuk dengan NIP Anda yang baru: {nip}.",
        "en": "This NIP was replaced. Sign in with your new NIP: {nip}.",
    }


class RegionNeeded(Refused):
    """The password fits in several regions; `regions` are (code, name) to choose from."""

    kind = "invalid"
    code = "region_needed"
    text = {
        "id": "NIP ini terdaftar di beberapa daerah. Pilih daerah Anda.",
        "en": "This NIP is registered in several regions. Choose yours.",
    }

    def __init__(self, regions: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.regions = tuple(regions)


@dataclass(frozen=True)
class SignedIn:
    """A browser's session: its secret (new whenever its rights grow) and what it still owes."""

    token: str
    step: Step
    session_id: UUID
    shared_computer: bool


def sign_in(
    *,
    nip: str,
    password: str,
    totp: str | None,
    region: str | None,
    address: str,
    device: str | None = None,
    shared_computer: bool = False,
) -> SignedIn:
    """Check NIP and password, and the code when it is given at once.

    `device` is the secret that the browser keeps; a `shared_computer` is to keep none.

    Raises `InvalidNip`, `TooManyAttempts`, `SignInRefused`, `NipReplaced` or `RegionNeeded`.
    """
    typed = parse_nip(nip).digits
    with all_regions():
        # Tries with a former NIP count for the account as well: it is one secret.
        digits = queries.present_nip(typed)
        doors = _doors(digits, region, device)
    started, wait = attempts.start_attempts([door.target for door in doors], address)
    fitting = _fitting(zip(doors, started, strict=True), password)
    if fitting and digits != typed:
        raise NipReplaced(nip=parse_nip(digits).printed)
    if not fitting:
        noting.sign_in_failed(digits, address)
        if wait:  # what was typed may be right for an account at which it was not tried
            raise TooManyAttempts(retry_after=wait)
        raise SignInWithCodeRefused if totp else SignInRefused
    if len(fitting) > 1:
        for _, attempt_id in fitting:
            attempts.settle(attempt_id, "halfway")
        raise RegionNeeded(
            [(door.target.region, queries.region(door.target.region).name) for door, _ in fitting]
        )
    ((door, attempt_id),) = fitting
    with in_region(door.target.region):
        _rehash(door.employee_id, password)
        opening = SignInSession(
            employee_id=door.employee_id,
            attempt_id=attempt_id,
            device_id=door.target.device,
            shared_computer=shared_computer,
        )
        return _open(opening, totp)


def find_session(token: str | None) -> SignInSession | None:
    """Return the browser's session, finished or not, if it is alive."""
    if not token:
        return None
    with all_regions():
        row = db.session.scalar(
            select(SignInSession)
            .join(Employee, Employee.id == SignInSession.employee_id)
            .where(
                SignInSession.fingerprint == fingerprint(token),
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > now(),
                Employee.active,
            )
        )
    return None if row is not None and row.done and idling.is_over(row) else row


def why_over(token: str | None) -> EndReason | None:
    """Say why the session whose secret this is came to its end; None if it did not, or is unknown.

    Whoever does not have the secret learns nothing.
    """
    if not token or find_session(token) is not None:
        return None
    with all_regions():
        row = db.session.scalar(
            select(SignInSession).where(
                SignInSession.fingerprint == fingerprint(token), SignInSession.done
            )
        )
        return why_ended(row) if row is not None else None


def why_ended(row: SignInSession) -> EndReason | None:
    """Say why a session came to its end; None: it goes on. Call it in all regions."""
    if row.ended_at is not None:
        return EndReason(row.end_reason or "unknown")
    if row.expires_at <= now():
        return EndReason.EXPIRED
    return None if db.session.get_one(Employee, row.employee_id).active else EndReason.LEFT


def owed(session_id: UUID) -> Step:
    """Return what a session still owes; call it in the session's region."""
    row = queries.sign_in_session(session_id)
    account = queries.account(row.employee_id)
    return next_step(
        Progress(
            totp_enrolled=bool(account and account.totp_confirmed_at),
            second_factor_shown="otp" in row.amr,
            must_change_password=bool(account and account.must_change_password),
            roles=queries.roles_exercised(row.employee_id),
            totp_roles=queries.totp_roles(queries.region()),
        )
    )


def lacks_second_factor(row: SignInSession) -> bool:
    """Tell whether a finished session shows none although its person's roles now need one.

    A role that begins, or a standing-in, asks for it in the middle of a session.
    """
    if "otp" in row.amr:
        return False
    with in_region(row.region):
        needed = queries.totp_roles(queries.region())
        return not needed.isdisjoint(queries.roles_exercised(row.employee_id))


def advance(session_id: UUID) -> SignedIn:
    """Finish a session that owes nothing more, giving it a new secret."""
    with db.transaction() as session:
        row = queries.sign_in_session(session_id)
        step = owed(session_id)
        token = new_token()
        row.fingerprint = fingerprint(token)
        if step is Step.ENROL_TOTP and not row.done:
            row.expires_at = row.started_at + ENROLMENT_LIFE
        if step is Step.DONE and not row.done:
            row.done = True
            row.expires_at = row.started_at + SESSION_LIFE
            attempts.settle(row.attempt_id, "passed")
            noting.signed_in(row)
        session.flush()
    return SignedIn(token, step, session_id, bool(row.shared_computer))


@dataclass(frozen=True)
class _Door:
    """What a password may open: an account, or nothing, which takes as long."""

    target: attempts.Target
    employee_id: UUID
    password_hash: str | None


def _doors(digits: str, region: str | None, device: str | None) -> list[_Door]:
    """Return the accounts of every region that an NIP may mean, or the one that is not there."""
    asked = [Account.region == region] if region else []
    accounts = db.session.execute(
        select(Account.region, Account.employee_id, Account.password_hash)
        .join(Employee, Employee.id == Account.employee_id)
        .where(Employee.nip == digits, Employee.active, *asked)
        .order_by(Account.region)
        .limit(_MOST_REGIONS)
    ).all()
    known = devices.known(device, [account.employee_id for account in accounts])
    db.session.rollback()  # no snapshot is held while the password is hashed
    doors = [
        _Door(attempts.Target(digits, code, known.get(person)), person, password_hash)
        for code, person, password_hash in accounts
    ]
    return doors or [_Door(attempts.Target(digits), _NOBODY, None)]


def _fitting(tries: Iterable[tuple[_Door, UUID | None]], password: str) -> list[tuple[_Door, UUID]]:
    """Return the doors that the password opens, with the try at each; too early ones are shut."""
    given = normalise(password)
    return [
        (door, attempt_id)
        for door, attempt_id in tries
        if attempt_id is not None and machinery().hasher.verify(door.password_hash, given)
    ]


def _open(row: SignInSession, totp: str | None) -> SignedIn:
    instant = now()
    with db.transaction() as session:
        row.fingerprint = fingerprint(new_token())
        row.amr = ["pwd"]
        row.started_at, row.expires_at = instant, instant + PENDING_LIFE
        if totp:
            account = queries.account(row.employee_id)
            if account is None or not second_factor.accept_totp(account, totp):
                raise SignInWithCodeRefused
            row.amr = ["pwd", "otp"]
        session.add(row)
        session.flush()
        attempts.settle(row.attempt_id, "halfway")
        return advance(row.id)


def _rehash(employee_id: UUID, password: str) -> None:
    """Renew a hash made with weaker parameters than today's."""
    account = queries.account(employee_id)
    hasher = machinery().hasher
    if account is None or not account.password_hash:
        return
    if hasher.is_outdated(account.password_hash):
        renewed = hasher.hash(normalise(password))
        with db.transaction():
            account.password_hash = renewed
