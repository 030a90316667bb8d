"""Security events of the door: who failed to come in, or was made to wait.

They are counted together, by account, region and address, so that a flood of tries is few rows.
"""

from uuid import UUID

from sqlalchemy import select

from chassis.events.refusals import Refusal, count_here
from chassis.events.security import Kind, note
from chassis.process import regions
from services.identity.adapters.machinery import machinery
from services.identity.models import Employee, SignInSession, db

_LENGTH = 16


def origin_of(address: str) -> str:
    """Return a keyed mark of an address: alike for the same one, and telling nothing of it."""
    return machinery().sealer.mark("security events", address)[:_LENGTH]


def sign_in_failed(nip: str, address: str) -> None:
    """Count a password that did not fit, for each region that has this NIP, else for all."""
    owners = select(Employee.region, Employee.id).where(Employee.nip == nip, Employee.active)
    with regions.all_regions():
        accounts = db.session.execute(owners).all()
    for region, person in accounts:
        _failed("sign_in_refused", person, address, region)
    if not accounts:
        _failed("sign_in_refused", None, address, regions.ALL)


def signed_in(row: SignInSession) -> None:
    """Note a sign-in that came to its end, inside its transaction."""
    person, why = row.employee_id, "with_second_factor" if "otp" in row.amr else "with_password"
    note(Kind.SIGNED_IN, why, person=person, actor=person, region=row.region)


def code_failed(person: UUID, address: str, region: str) -> None:
    """Count a wrong second factor."""
    _failed("code_wrong", person, address, region)


def held_back(address: str) -> None:
    """Count a try that came too early."""
    origin = origin_of(address)
    count_here(Refusal(Kind.SIGN_IN_LOCKED, "too_many_attempts", regions.ALL, origin=origin))


def _failed(why: str, person: UUID | None, address: str, region: str) -> None:
    origin = origin_of(address)
    count_here(Refusal(Kind.SIGN_IN_FAILED, why, region, person_id=person, origin=origin))
