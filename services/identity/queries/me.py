"""The person who asks: post, unit, region and roles today."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import aliased

from chassis.data.reading import Reading
from chassis.kernel.errors import NotFound
from chassis.process.clock import now
from chassis.process.regions import current_region
from services.identity.domain.golongan import pangkat_of
from services.identity.models import Account, Employee, Region, RoleGrant, Unit, db
from staff.names import full_name

_OWN = (
    *("id", "nip", "name", "title_prefix", "title_suffix", "kind"),
    *("jabatan", "jenis_jabatan", "golongan"),
)
_UNIT, _OPD = aliased(Unit), aliased(Unit)
_PERSON = Reading(
    select(
        *(getattr(Employee, name) for name in _OWN),
        _UNIT.id.label("unit_id"),
        _UNIT.name.label("unit_name"),
        _OPD.id.label("opd_id"),
        _OPD.name.label("opd_name"),
        Account.totp_confirmed_at,
    )
    .join(_UNIT, _UNIT.id == Employee.unit_id)
    .join(_OPD, _OPD.id == Employee.opd_id)
    .outerjoin(Account, Account.employee_id == Employee.id)
    .where(Employee.id == bindparam("person"))
)
_REGION = Reading(
    select(Region.code, Region.name, Region.zone).where(Region.code == bindparam("code"))
)
_GRANTS = Reading(
    select(
        RoleGrant.role,
        RoleGrant.unit_id,
        RoleGrant.acting,
        RoleGrant.starts_on,
        RoleGrant.ends_on,
    )
    .where(
        RoleGrant.employee_id == bindparam("person"),
        RoleGrant.active,
        RoleGrant.starts_on <= bindparam("day"),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= bindparam("day")),
    )
    .order_by(RoleGrant.starts_on, RoleGrant.id)
)
_KNOWN, _REVOKED = "known", "revoked_at"
for _name, _column in ((_KNOWN, Employee.id), (_REVOKED, Employee.sessions_revoked_at)):
    db.opening.add(_name, select(_column).where(Employee.id == bindparam("person")))


def me(employee_id: UUID) -> dict[str, Any]:
    """Describe the person who asks. Raises `NotFound`."""
    person = _PERSON.first(db.session, person=employee_id)
    region = _REGION.first(db.session, code=current_region())
    if person is None or region is None:
        raise NotFound
    day = now().astimezone(ZoneInfo(region.zone)).date()
    return {
        **{name: getattr(person, name) for name in _OWN},
        "full_name": full_name(person.name, person.title_prefix, person.title_suffix),
        "pangkat": pangkat_of(person.golongan),
        "unit": {"id": person.unit_id, "name": person.unit_name},
        "opd": {"id": person.opd_id, "name": person.opd_name},
        "region": region,
        "roles": _GRANTS.rows(db.session, person=employee_id, day=day),
        "totp_enrolled": person.totp_confirmed_at is not None,
    }


def sessions_revoked_at(employee_id: UUID) -> datetime | None:
    """Return since when older tokens of a person are void. Raises `NotFound` for nobody."""
    if db.opening.told(_KNOWN, person=employee_id) is None:
        raise NotFound
    revoked_at: datetime | None = db.opening.told(_REVOKED, person=employee_id)
    return revoked_at
