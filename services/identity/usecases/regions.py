"""Setting up a region and its rules of signing in."""

from collections.abc import Collection
from typing import Any

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.errors import FieldError, Invalid, Refused
from chassis.kernel.text import name as clean_name
from chassis.process.regions import in_region
from services.identity import events, queries
from services.identity.domain.regions import check_region
from services.identity.models import Region, Unit, db


class RegionExists(Refused):
    code = "region_exists"
    text = {"id": "Daerah {code} sudah ada.", "en": "The region {code} already exists."}


def set_up(
    *,
    code: str,
    name: str,
    zone: str,
    demo: bool = False,
    totp_roles: Collection[str] | None = None,
) -> Unit:
    """Create a region and the unit at the top of its tree.

    Holders of `totp_roles` must use a second factor; None: as the manifests have it. Raises
    `Invalid` or `RegionExists`.
    """
    name = clean_name(name, pointer="/name", may_be_empty=True)
    check_region(code=code, name=name, zone=zone)
    with in_region(code), db.transaction() as session:
        if session.get(Region, code) is not None:
            raise RegionExists(code=code)
        region = Region(code=code, name=name, zone=zone, demo=demo, **_chosen(totp_roles))
        top = Unit(code=code, name=name, kind="region")
        session.add_all([region, top])
        session.flush()
        outbox.record(events.unit_changed(top, region))
    return top


def change(*, seen: Seen, totp_roles: Collection[str] | None = None, **also: Any) -> Region:
    """Set who needs a second factor in the bound region, its `deputies` and `idle_minutes`.

    A role whose service is gone may stay. Raises `Stale`, or `Invalid` for one that is not known.
    """
    with db.transaction():
        region = queries.region()
        region.check_seen(seen)
        if totp_roles is not None:
            _check_known(set(totp_roles) - set(region.totp_roles))
            also |= _chosen(totp_roles)
        if region.change_if_different(**also):
            for name in sorted(also.keys() - {"totp_decided"}):
                note(Kind.SETTING, "changed", thing=f"region/{name}")
    return region


def _chosen(roles: Collection[str] | None) -> dict[str, list[str] | None]:
    """Return what to remember of a choice: the roles chosen, and those there are to choose from.

    The manifests' own choice is written down as well: the previous release reads no more.
    """
    known = queries.roles()
    if roles is None:
        return {
            "totp_roles": sorted(role.code for role in known if role.second_factor),
            "totp_decided": None,
        }
    return {
        "totp_roles": sorted(set(roles)),
        "totp_decided": sorted({role.code for role in known}.union(roles)),
    }


def _check_known(roles: Collection[str]) -> None:
    unknown = sorted(set(roles) - {role.code for role in queries.roles()})
    if unknown:
        text = ", ".join(unknown)
        raise Invalid(
            errors=[
                FieldError(
                    "/totp_roles",
                    "unknown_role",
                    f"Peran tidak dikenal: {text}.",
                    f"Unknown roles: {text}.",
                )
            ]
        )
