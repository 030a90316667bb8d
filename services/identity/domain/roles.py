"""What a role may be given for, and who may give it. Which roles there are, the manifests say."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chassis.kernel.errors import Refused
from chassis.kernel.roles import Role

ADMINISTRATORS = frozenset({"sysadmin", "bkpsdm_admin"})
_ABOVE = frozenset({"sysadmin", "auditor"})
AUDITORS = frozenset({"auditor"})


class RoleUnitMismatch(Refused):
    kind = "invalid"
    code = "role_unit_mismatch"
    text = {
        "id": "Peran {title_id} tidak dapat diberikan untuk unit ini.",
        "en": "The role {title_en} cannot be given for this unit.",
    }


class SelfGrant(Refused):
    kind = "forbidden"
    code = "self_grant"
    text = {
        "id": "Tidak seorang pun dapat memberi peran kepada diri sendiri.",
        "en": "Nobody gives a role to himself.",
    }


class GrantBeyondOwnRole(Refused):
    kind = "forbidden"
    code = "grant_beyond_own_role"
    text = {
        "id": "Hanya administrator sistem yang dapat mengatur peran atau akun ini.",
        "en": "Only a system administrator may manage this role or account.",
    }


class LastSysadmin(Refused):
    kind = "conflict"
    code = "last_sysadmin"
    text = {
        "id": "Ini administrator sistem terakhir. Beri peran itu kepada orang lain dahulu.",
        "en": "This is the last system administrator. Give somebody else the role first.",
    }


@dataclass(frozen=True)
class UnitFacts:
    """What the rules need of a unit; `bkpsdm` is true for BKPSDM and its divisions."""

    kind: str
    bkpsdm: bool
    active: bool = True


def names_of(role: Role) -> dict[str, Any]:
    """Return what a refusal calls the role, in either language."""
    return {"title_id": role.title["id"], "title_en": role.title["en"]}


def check_unit(role: Role, unit: UnitFacts | None) -> None:
    """Refuse a unit the role does not belong to.

    Raises `RoleUnitMismatch`.
    """
    if role.unit_kind is None and unit is None:
        return
    fits = unit is not None and unit.active and unit.kind == role.unit_kind
    if not fits or (role.of_bkpsdm and unit is not None and not unit.bkpsdm):
        raise RoleUnitMismatch(**names_of(role))


def check_is_not_last(role: str, *, others: int) -> None:
    """Keep a region from losing its last sysadmin. Raises `LastSysadmin`."""
    if role == "sysadmin" and not others:
        raise LastSysadmin


def is_above_administrators(role: Role) -> bool:
    """Say whether a role decides over BKPSDM's own officers, or watches them.

    Such a role is given and ended, and such an account is closed, by a sysadmin: else one officer
    of BKPSDM makes a head of a person of his own making.
    """
    decides_over_all = role.head and (role.of_bkpsdm or role.unit_kind is None)
    return decides_over_all or role.code in _ABOVE


def check_grantor(
    *, is_above: bool, grantor_roles: Collection[str], grantor_is_grantee: bool
) -> None:
    """Refuse a grant that its giver may not give.

    Raises `SelfGrant`, or `GrantBeyondOwnRole` where it takes a sysadmin.
    """
    if grantor_is_grantee:
        raise SelfGrant
    if is_above and "sysadmin" not in grantor_roles:
        raise GrantBeyondOwnRole


def check_may_manage_account(*, manager_roles: Collection[str], owner_is_above: bool) -> None:
    """Keep a lesser administrator from closing an account above the own one.

    Raises `GrantBeyondOwnRole`.
    """
    if owner_is_above and "sysadmin" not in manager_roles:
        raise GrantBeyondOwnRole


def check_may_activate(
    *, administrator_roles: Collection[str], owner_roles: Collection[str]
) -> None:
    """Keep an administrator from taking over an officer's account that nobody uses yet.

    Raises `GrantBeyondOwnRole`.
    """
    if owner_roles and "sysadmin" not in administrator_roles:
        raise GrantBeyondOwnRole
