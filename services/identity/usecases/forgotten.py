"""The page for a forgotten password: by one's own factor at once, else by asking for hands.

Whether an NIP is anybody's is not told, nor by how long the answer takes: what is asked for is
written down alike, and opened by a loop.
"""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update

from chassis.data.claims import seconds_until
from chassis.data.tallies import hold
from chassis.kernel.errors import Refused
from chassis.kernel.nip import parse_nip
from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from chassis.process.runtime import here
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.domain import forgotten
from services.identity.domain.passwords import MAX_LENGTH
from services.identity.domain.recovering import Resets
from services.identity.domain.throttling import TooManyAttempts
from services.identity.models import Account, Employee, RecoveryTry, db
from services.identity.usecases import attempts, devices, recovering, second_factor

LOOP = "recovery_asks"
_PURPOSE = "asks of recoveries"
_MOST_REGIONS = 4


class FactorRefused(Refused):
    """NIP or code do not fit; which of them is never said."""

    kind = "unauthenticated"
    code = "factor_refused"
    text = {
        "id": "NIP atau kode tidak cocok, atau kode sudah dipakai.",
        "en": "NIP or code do not match, or the code was used before.",
    }


def by_own_factor(*, nip: str, code: str, address: str, device: str | None = None) -> str:
    """Return the path on which the owner of a second factor or a recovery code sets a password.

    Raises `InvalidNip`, `TooManyAttempts` or `FactorRefused`.
    """
    digits = _present(nip)
    _count(forgotten.CODE, digits, _place(digits, address, device))
    machinery().hasher.verify(None, code[:MAX_LENGTH])  # what nobody's NIP costs, too
    for region, employee_id in _active(digits):
        with in_region(region), db.transaction():
            if _takes(employee_id, code):
                return recovering.release_to_owner(queries.employee(employee_id))
    raise FactorRefused


def ask(*, nip: str, resets: Resets, address: str, device: str | None = None) -> None:
    """Ask for one's account to be given back, whoever's the NIP is.

    What is over the account's budget is not taken, and that is not told. Raises `InvalidNip`, or
    `TooManyAttempts` for the address.
    """
    digits = _present(nip)
    with suppress(_AccountSpent):
        _count(forgotten.ASK, digits, _place(digits, address, device), resets=resets)


def open_asked() -> bool:
    """Open the oldest request that was asked for on the page; True when there was one.

    A request that is open is not opened twice, so a restart in between does no harm.
    """
    with all_regions():
        row = db.session.scalar(
            select(RecoveryTry)
            .where(RecoveryTry.taken_at.is_(None), RecoveryTry.nip_sealed.is_not(None))
            .order_by(RecoveryTry.tried_at, RecoveryTry.id)
            .limit(1)
        )
        if row is None:
            return False
        try_id, resets = row.id, Resets(row.resets or Resets.PASSWORD)
        people = _active(machinery().sealer.open(_PURPOSE, row.nip_sealed or ""))
    for region, employee_id in people:
        with in_region(region), suppress(Refused):
            recovering.ask_for_oneself(employee_id, resets)
    with all_regions(), db.transaction() as session:
        session.execute(
            update(RecoveryTry)
            .where(RecoveryTry.id == try_id)
            .values(taken_at=now(), nip_sealed=None)
        )
    return True


def seconds_until_asked() -> float:
    """Tell when `open_asked` will find something; infinity while nothing waits."""
    waiting = RecoveryTry.taken_at.is_(None) & RecoveryTry.nip_sealed.is_not(None)
    with all_regions():
        return seconds_until(db, select(func.min(RecoveryTry.tried_at)).where(waiting))


class _AccountSpent(TooManyAttempts):
    """The account's budget, not the address's, is used up."""


def _present(nip: str) -> str:
    typed = parse_nip(nip).digits
    with all_regions():
        return queries.present_nip(typed)


@dataclass(frozen=True)
class _Place:
    """Where a try comes from; `is_own`: from where the owner of the NIP signs in.

    A browser that is the owner's own is its own place, whatever the address.
    """

    name: str
    is_own: bool


def _place(digits: str, address: str, device: str | None) -> _Place:
    """Of an NIP that several regions know, the owner is who signs in to each of its accounts."""
    accounts = _active(digits)
    own = sorted(devices.known(device, [person for _, person in accounts]).values())
    if accounts and len(own) == len(accounts):
        return _Place(f"device/{own[0]}", is_own=True)
    targets = [attempts.Target(digits, region) for region, _ in accounts]
    is_own = bool(targets) and all(attempts.is_familiar(each, address) for each in targets)
    return _Place(address, is_own=is_own)


def _count(kind: str, digits: str, place: _Place, *, resets: Resets | None = None) -> None:
    mark = machinery().sealer.mark("recoveries", digits)
    with db.transaction() as session:
        hold(db, f"recovery/{mark}", f"recovery from/{place.name}")
        instant = now()
        times = select(RecoveryTry.tried_at)
        since = instant - forgotten.DAY
        of_address = times.where(RecoveryTry.address == place.name, RecoveryTry.tried_at > since)
        forgotten.check_address(list(session.scalars(of_address)), now=instant)
        of_account = times.where(
            RecoveryTry.account_mark == mark,
            RecoveryTry.kind == kind,
            RecoveryTry.tried_at > since,
        )
        if place.is_own:  # what strangers use up is not the owner's
            of_account = of_account.where(RecoveryTry.address == place.name)
        try:
            forgotten.check_account(kind, list(session.scalars(of_account)), now=instant)
        except TooManyAttempts as spent:
            raise _AccountSpent(retry_after=spent.retry_after) from spent
        session.add(_try(kind, mark, place.name, digits, resets))
        if resets is not None:
            here().wake_at_commit(LOOP)


def _try(kind: str, mark: str, address: str, digits: str, resets: Resets | None) -> RecoveryTry:
    sealed = machinery().sealer.seal(_PURPOSE, digits) if resets else None
    return RecoveryTry(
        kind=kind,
        account_mark=mark,
        address=address,
        nip_sealed=sealed,
        resets=str(resets) if resets else None,
    )


def _active(digits: str) -> list[tuple[str, UUID]]:
    """Return region and person of every account in use that has this NIP."""
    with all_regions():
        rows = db.session.execute(
            select(Account.region, Account.employee_id)
            .join(Employee, Employee.id == Account.employee_id)
            .where(Employee.nip == digits, Employee.active, Account.password_hash.is_not(None))
            .order_by(Account.region)
            .limit(_MOST_REGIONS)
        ).all()
        db.session.rollback()
    return [(row.region, row.employee_id) for row in rows]


def _takes(employee_id: UUID, code: str) -> bool:
    account = queries.account(employee_id)
    if account is None or account.totp_confirmed_at is None:
        return False
    return second_factor.accept_totp(account, code) or second_factor.accept_recovery(account, code)
