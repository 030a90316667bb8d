"""A new real region: its tree's top, BKPSDM's place in it, and the first administrator."""

from flask import Flask

from chassis.kernel.errors import Refused
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.domain.sign_in import FIRST_LINK_LIFE
from services.identity.models import db
from services.identity.usecases import employees, passwords, regions, roles, units

_SOURCE = "penyiapan daerah"


class AdministratorUnnamed(Refused):
    kind = "invalid"
    code = "administrator_unnamed"
    text = {
        "id": "Nama administrator pertama wajib diisi.",
        "en": "The first administrator's name is required.",
    }


def init(
    app: Flask,
    *,
    code: str,
    name: str,
    zone: str,
    admin_nip: str,
    admin_name: str,
    admin_email: str | None,
) -> str:
    """Set up a region and return the path of its administrator's link.

    All or nothing. The link works once, for three days, and sets the password; the second
    factor is asked for at the first sign-in. Raises `Invalid`, `RegionExists`, `InvalidNip`.
    """
    if not admin_name.strip():
        raise AdministratorUnnamed
    with app.app_context(), in_region(code), db.transaction():
        top = regions.set_up(code=code, name=name, zone=zone)
        bkpsdm = units.add(
            code="bkpsdm", name=f"BKPSDM {top.name}", kind="opd", parent_id=top.id, bkpsdm=True
        )
        today = queries.today()
        admin = employees.add(
            by=None,
            nip=admin_nip,
            values={"name": admin_name, "unit_id": bkpsdm.id},
            contact={"email": admin_email} if admin_email else None,
            source=_SOURCE,
            as_of=today,
        )
        roles.grant(
            {
                "employee_id": admin.id,
                "role": "sysadmin",
                "unit_id": None,
                "acting": "definitive",
                "starts_on": today,
                "ends_on": None,
            },
            by=None,
        )
        path, _link = passwords.issue_link(admin.id, by=None, life=FIRST_LINK_LIFE)
    return path
