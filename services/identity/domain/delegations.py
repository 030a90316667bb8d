"""Handing one's own decisions to a colleague for some dates, within bounds.

To somebody of the same OPD or to a deputy whom the region names, one at a time per role and scope,
for some months, and never unseen: whoever is above the giver is told.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.kernel import words
from chassis.kernel.errors import Refused
from chassis.kernel.period import Period, add_months
from chassis.kernel.roles import Role
from services.identity.domain.roles import names_of

LONGEST_MONTHS = 12
# Who is above whom; of the last nobody is known here.
_SUPERIORS = {
    "umpeg": "opd_head",
    "opd_secretary": "opd_head",
    "bkpsdm_admin": "division_head",
    "division_head": "bkpsdm_head",
    "bkpsdm_secretary": "bkpsdm_head",
    "opd_head": "sekda",
    "bkpsdm_head": "sekda",
}
_DELEGATE, _END = "/to_employee_id", "/ends_on"


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


class DelegatedToOneself(Refused):
    """An administrator who makes a delegation of somebody else's role is not its delegate."""

    kind = "forbidden"
    code = "delegated_to_oneself"
    text = {
        "id": "Tidak seorang pun dapat mendelegasikan peran orang lain kepada diri sendiri.",
        "en": "Nobody delegates somebody else's role to himself.",
    }


class DelegateElsewhere(Refused):
    kind = "invalid"
    code = "delegate_elsewhere"
    text = {
        "id": "Peran {title_id} hanya dapat didelegasikan kepada pegawai perangkat daerah yang"
        " sama, atau kepada pejabat yang ditetapkan daerah sebagai pengganti.",
        "en": "The role {title_en} is delegated to an employee of the same OPD, or to a deputy"
        " whom the region names.",
    }


class DelegationDatesWrong(Refused):
    kind = "invalid"
    code = "delegation_dates_wrong"
    text = {
        "id": "Delegasi harus berakhir setelah mulai dan paling lama {months} bulan.",
        "en": "A delegation ends after it starts and lasts at most {months} months.",
    }


class RoleNotHeld(Refused):
    kind = "conflict"
    code = "role_not_held"
    text = {
        "id": "Peran {title_id} tidak dipegang selama masa delegasi.",
        "en": "The role {title_en} is not held throughout the delegation.",
    }


class DelegatedAlready(Refused):
    """Two delegates of one scope: nobody could say who decides."""

    kind = "conflict"
    code = "delegated_already"
    text = {
        "id": "Peran {title_id} sudah didelegasikan kepada {name} sampai {until_id}. Akhiri"
        " delegasi itu dahulu, atau pilih masa lain.",
        "en": "The role {title_en} is delegated to {name} until {until_en} already. End that"
        " delegation first, or choose other dates.",
    }


@dataclass(frozen=True)
class Lent:
    """A delegation of the same role and scope: to whom and for which days."""

    to_name: str
    period: Period


@dataclass(frozen=True)
class Parties:
    """From whom to whom a role is handed, and whether the giver may hand it to that person."""

    from_id: object
    to_id: object
    same_opd: bool
    deputy: bool

    @property
    def fit(self) -> bool:
        return self.same_opd or self.deputy


def check_delegation(
    role: Role,
    parties: Parties,
    *,
    starts_on: date,
    ends_on: date,
    months: int,
    held: Sequence[Period],
    lent: Sequence[Lent] = (),
) -> None:
    """Refuse a delegation out of bounds, or of what is not there to hand over.

    `held` are the periods in which the delegator holds the role for the unit, `lent` what is
    delegated of it already, by anybody. Raises `RoleNotDelegable`, `DelegationToSelf`,
    `DelegationDatesWrong`, `RoleNotHeld`, `DelegateElsewhere` or `DelegatedAlready`.
    """
    if not role.may_be_delegated:
        raise RoleNotDelegable.at("/role", **names_of(role))
    if parties.from_id == parties.to_id:
        raise DelegationToSelf.at(_DELEGATE)
    if ends_on < starts_on or ends_on >= add_months(starts_on, months):
        raise DelegationDatesWrong.at(_END, months=months)
    if not any(period.contains(starts_on) and period.contains(ends_on) for period in held):
        raise RoleNotHeld.at(_END, **names_of(role))
    if not parties.fit:
        raise DelegateElsewhere.at(_DELEGATE, **names_of(role))
    for other in lent:
        if other.period.overlaps(Period(starts_on, ends_on)):
            raise DelegatedAlready.at(
                _DELEGATE, name=other.to_name, **_until(other), **names_of(role)
            )


def months(text: str) -> int:
    """Read how long a delegation lasts at most. Raises `ValueError`."""
    if not 1 <= int(text) <= LONGEST_MONTHS:
        raise ValueError(f"must be from 1 to {LONGEST_MONTHS}")
    return int(text)


def share_layanan(one: Collection[str] | None, other: Collection[str] | None) -> bool:
    """Say whether two delegations have a layanan in common; None means all of them."""
    return one is None or other is None or not set(one).isdisjoint(other)


def superiors_of(role: str) -> Iterator[str]:
    """Name the roles above one, the nearest first."""
    while above := _SUPERIORS.get(role):
        yield above
        role = above


def _until(other: Lent) -> dict[str, str]:
    last = other.period.last or other.period.first
    return {f"until_{language}": words.day(last, language) for language in ("id", "en")}
