"""The second factor: codes from an authenticator app, and recovery codes for a lost phone."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from chassis.data.versioned import count_changed
from chassis.events.security import Kind, note
from chassis.kernel.errors import FieldError, Refused
from chassis.process.clock import now
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.domain import recovery, totp
from services.identity.domain.ending import EndReason
from services.identity.domain.sign_in import SECOND_FACTOR_TRIES
from services.identity.domain.totp import Device, Reading
from services.identity.models import Account, Employee, RecoveryCode, SignInSession, db
from services.identity.usecases import attempts, noting, passwords
from services.identity.usecases.sessions import revoke

_PURPOSE = "totp secrets"


class CodeWrong(Refused):
    kind = "invalid"
    code = "code_wrong"
    text = {
        "id": "Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya.",
        "en": "The code does not match or was used before. Wait for the next one.",
    }

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/code", self.code, self.text["id"], self.text["en"])])


@dataclass(frozen=True)
class Answered:
    """Whether a second factor was accepted; `clock` is a code of a clock that is wrong."""

    accepted: bool
    clock: Reading | None = None


class TotpAlreadyEnrolled(Refused):
    code = "totp_already_enrolled"
    text = {
        "id": "Kode autentikator sudah terpasang. Minta administrator untuk menggantinya.",
        "en": "An authenticator is already set up. Ask an administrator to replace it.",
    }


class TotpNotBegun(Refused):
    code = "totp_not_begun"
    text = {
        "id": "Pemasangan autentikator belum dimulai.",
        "en": "Setting up an authenticator has not begun.",
    }


def answer(session_id: UUID, code: str, *, address: str, is_recovery: bool = False) -> Answered:
    """Check the second factor of a session that owes it.

    At most five tries per session, and every wrong one counts against the account. Raises
    `TooManyAttempts`.
    """
    row = queries.sign_in_session(session_id)
    attempt_id = attempts.start_in_session(row, address)
    with db.transaction() as session:
        if not _counted(row):
            row.ended_at, row.end_reason = now(), EndReason.TOO_MANY_CODES
            return Answered(accepted=False)
        account = _account(row.employee_id)
        answered = _recovered(account, code) if is_recovery else _answered(account, code)
        if not answered.accepted:
            noting.code_failed(row.employee_id, address, row.region)
            return answered
        row.amr = ["pwd", "otp"]
        session.flush()
        attempts.settle(attempt_id, "halfway")
    return answered


def enrol_in_session(session_id: UUID, code: str, *, password: str, address: str) -> list[str]:
    """Confirm a new authenticator from the pages; return recovery codes.

    While signing in the password was typed just now. A browser that is signed in is asked for it:
    whoever passes by could set up a telephone of their own. Raises `PasswordWrong`,
    `TooManyAttempts`, `TotpNotBegun`, `TotpAlreadyEnrolled` or `CodeWrong`.
    """
    row = queries.sign_in_session(session_id)
    attempt_id = attempts.start_in_session(row, address)
    if row.done:
        passwords.check(row.employee_id, password)
    with db.transaction() as session:
        codes = confirm(row.employee_id, code)
        row.amr = ["pwd", "otp"]
        session.flush()
        attempts.settle(attempt_id, "halfway")
    return codes


def enrol(employee_id: UUID, code: str, *, password: str, address: str) -> list[str]:
    """Confirm a new authenticator for an application; return recovery codes.

    A token alone is not enough: whoever holds one could set up a telephone of their own. Raises
    `PasswordWrong`, `TooManyAttempts`, `TotpNotBegun`, `TotpAlreadyEnrolled` or `CodeWrong`.
    """
    person = queries.employee(employee_id)
    attempt_id = attempts.start_attempt(attempts.Target(person.nip, person.region), address)
    passwords.check(employee_id, password)
    codes = confirm(employee_id, code)
    attempts.settle(attempt_id, "halfway")
    return codes


def answer_of(employee_id: UUID, code: str) -> Answered:
    """Take a code of a person's authenticator once."""
    return _answered(_account(employee_id), code)


def accept_totp(account: Account, code: str) -> bool:
    """Take a code once; two requests with one code: the first wins."""
    return _answered(account, code).accepted


def accept_recovery(account: Account, code: str) -> bool:
    """Take a recovery code once."""
    with db.transaction() as session:
        unused = update(RecoveryCode).where(
            RecoveryCode.employee_id == account.employee_id,
            RecoveryCode.fingerprint == recovery.fingerprint(code),
            RecoveryCode.used_at.is_(None),
        )
        accepted = bool(count_changed(session, unused.values(used_at=now())))
        if accepted:
            owner = account.employee_id
            note(Kind.FACTOR, "recovery_code_used", person=owner, actor=owner)
    return accepted


def begin(employee_id: UUID, *, issuer: str) -> tuple[str, str]:
    """Return a new secret and the address for the QR code, not yet in force.

    Raises `TotpAlreadyEnrolled`.
    """
    with db.transaction():
        account = _account(employee_id)
        if account.totp_confirmed_at is not None:
            raise TotpAlreadyEnrolled
        secret = totp.new_secret()
        account.totp_sealed = machinery().sealer.seal(_PURPOSE, secret)
        _forget_device(account)
    return secret, _uri(employee_id, secret, issuer)


def begun(employee_id: UUID, *, issuer: str) -> tuple[str, str]:
    """Return the secret being set up, beginning if there is none yet."""
    account = _account(employee_id)
    if account.totp_sealed is None or account.totp_confirmed_at is not None:
        return begin(employee_id, issuer=issuer)
    secret = machinery().sealer.open(_PURPOSE, account.totp_sealed)
    return secret, _uri(employee_id, secret, issuer)


def confirm(employee_id: UUID, code: str) -> list[str]:
    """Put the secret into force and return a sheet of recovery codes.

    Raises `TotpNotBegun`, `TotpAlreadyEnrolled` or `CodeWrong`.
    """
    with db.transaction() as session:
        account = _account(employee_id)
        if account.totp_confirmed_at is not None:
            raise TotpAlreadyEnrolled
        if account.totp_sealed is None:
            raise TotpNotBegun
        reading = totp.first_reading(_secret(account), code, now=now())
        if reading is None or not _use_counter(account, reading):
            raise CodeWrong
        account.totp_confirmed_at = now()
        session.flush()
        note(Kind.FACTOR, "enrolled", person=employee_id, actor=employee_id)
        return new_recovery_codes(employee_id)


def new_recovery_codes(employee_id: UUID) -> list[str]:
    """Replace the sheet of recovery codes."""
    codes = recovery.new_codes()
    with db.transaction() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.employee_id == employee_id))
        session.add_all(
            RecoveryCode(employee_id=employee_id, fingerprint=recovery.fingerprint(code))
            for code in codes
        )
    return codes


def recovery_codes_left(employee_id: UUID) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.employee_id == employee_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def remove(person: Employee) -> None:
    """Take the second factor away (lost phone) and end every session."""
    with db.transaction() as session:
        account = _account(person.id)
        account.totp_sealed = account.totp_confirmed_at = None
        _forget_device(account)
        session.execute(delete(RecoveryCode).where(RecoveryCode.employee_id == person.id))
        note(Kind.FACTOR, "removed", person=person.id)
        revoke(person, why=EndReason.FACTOR_REMOVED)


def install_secret(employee_id: UUID, secret: str) -> None:
    """Enrol a known secret: for the invented people of a demo region."""
    with db.transaction():
        account = _account(employee_id)
        account.totp_sealed = machinery().sealer.seal(_PURPOSE, secret)
        account.totp_confirmed_at = now()


def clock_of(employee_id: UUID) -> Reading | None:
    """Return what was learned of the clock of a person's authenticator, if it is wrong."""
    account = _account(employee_id)
    learned = Reading(account.totp_last_counter or 0, account.totp_drift or 0, taken=True)
    return None if learned.is_clock_right else learned


def _counted(row: SignInSession) -> bool:
    """Count a try before it is looked at, so that many at once are no more than a few."""
    left = update(SignInSession).where(
        SignInSession.id == row.id, SignInSession.factor_tries < SECOND_FACTOR_TRIES
    )
    counted = left.values(factor_tries=SignInSession.factor_tries + 1)
    return bool(count_changed(db.session(), counted))


def _answered(account: Account, code: str) -> Answered:
    if account.totp_sealed is None or account.totp_confirmed_at is None:
        return Answered(accepted=False)
    reading = totp.read(_secret(account), code, now=now(), device=_device(account))
    if reading is None:
        return Answered(accepted=False)
    if reading.taken:
        return Answered(_use_counter(account, reading))
    account.totp_near_counter = reading.counter
    account.totp_near_step = reading.counter - reading.drift
    return Answered(accepted=False, clock=reading)


def _recovered(account: Account, code: str) -> Answered:
    return Answered(accept_recovery(account, code))


def _secret(account: Account) -> str:
    return machinery().sealer.open(_PURPOSE, account.totp_sealed or "")


def _device(account: Account) -> Device:
    return Device(
        account.totp_last_counter,
        account.totp_drift or 0,
        account.totp_near_counter,
        account.totp_near_step,
    )


def _forget_device(account: Account) -> None:
    account.totp_last_counter = account.totp_drift = None
    account.totp_near_counter = account.totp_near_step = None


def _use_counter(account: Account, reading: Reading) -> bool:
    with db.transaction() as session:
        unused = or_(
            Account.totp_last_counter.is_(None), Account.totp_last_counter < reading.counter
        )
        later = update(Account).where(Account.employee_id == account.employee_id, unused)
        taken = later.values(totp_last_counter=reading.counter, totp_drift=reading.drift)
        return bool(count_changed(session, taken))


def _account(employee_id: UUID) -> Account:
    account = queries.account(employee_id)
    if account is None:
        raise TotpNotBegun
    return account


def _uri(employee_id: UUID, secret: str, issuer: str) -> str:
    return totp.enrolment_uri(secret, account=queries.employee(employee_id).name, issuer=issuer)
