"""Handing one's own decisions to a colleague for some dates."""

from collections.abc import Sequence
from datetime import date

from chassis.kernel.errors import Refused
from chassis.kernel.period import Period, add_months
from chassis.kernel.roles import Role
from services.identity.domain.roles import names_of

_MOST_MONTHS = 12


class RoleNotDelegable(Refused):
    kind = "invalid"
    code = "role_not_delegable"
    text = {
        "id": "Peran {title_id} tidak dapat didelegasikan.",
        "en": "The role {title_en} cannot be delegated.",
    }


class DelegationToSelf(Refused):
    kind = "invalid"
    code = "delegation_to_self"
    text = {
        "id": "Delegasi harus kepada orang lain.",
        "en": "A delegation goes to somebody else.",
    }


class DelegationDatesWrong(Refused):
    kind = "invalid"
    code = "delegation_dates_wrong"
    text = {
        "id": "Delegasi harus berakhir setelah mulai dan paling lama 12 bulan.",
        "en": "A delegation ends after it starts and lasts at most 12 months.",
    }


class RoleNotHeld(Refused):
    kind = "conflict"
    code = "role_not_held"
    text = {
        "id": "Peran {title_id} tidak dipegang selama masa delegasi.",
        "en": "The role {title_en} is not held throughout the delegation.",
    }


class DelegatedAlready(Refused):
    """A second delegation of the same would go on after the first was ended."""

    kind = "conflict"
    code = "delegated_already"
    text = {
        "id": "Peran {title_id} sudah didelegasikan kepada orang ini pada masa itu.",
        "en": "The role {title_en} is delegated to this person in that period already.",
    }


def check_delegation(
    role: Role,
    *,
    from_id: object,
    to_id: object,
    starts_on: date,
    ends_on: date,
    held: Sequence[Period],
    lent: Sequence[Period] = (),
) -> None:
    """Refuse a delegation that hands over what is not there to hand over.

    `held` are the periods in which the delegator holds the role for the unit, `lent` those in
    which the same person has it from him already. Raises `RoleNotDelegable`, `DelegationToSelf`,
    `DelegationDatesWrong`, `RoleNotHeld` or `DelegatedAlready`.
    """
    if not role.may_be_delegated:
        raise RoleNotDelegable(**names_of(role))
    if from_id == to_id:
        raise DelegationToSelf
    if ends_on < starts_on or ends_on >= add_months(starts_on, _MOST_MONTHS):
        raise DelegationDatesWrong.at("/ends_on")
    if not any(period.contains(starts_on) and period.contains(ends_on) for period in held):
        raise RoleNotHeld(**names_of(role))
    if any(period.overlaps(Period(starts_on, ends_on)) for period in lent):
        raise DelegatedAlready(**names_of(role))
