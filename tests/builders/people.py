"""The demo region as identity would tell of it: units, people, roles, delegations."""

from collections.abc import Mapping
from typing import Any

from chassis.events.envelope import Event
from tests.builders.organisation import an_id

REGION = "demo"
STARTED = "2020-01-01"

UNITS: tuple[tuple[str, str, str | None], ...] = (
    ("region", "region", None),
    ("disdik", "opd", "region"),
    ("dinkes", "opd", "region"),
    ("bkpsdm", "opd", "region"),
    ("bidang-kinerja", "division", "bkpsdm"),
)
PEOPLE: tuple[tuple[str, str], ...] = (
    ("applicant", "disdik"),
    ("applicant_dinkes", "dinkes"),
    ("umpeg", "disdik"),
    ("umpeg_second", "disdik"),
    ("umpeg_dinkes", "dinkes"),
    ("opd_head", "disdik"),
    ("opd_head_dinkes", "dinkes"),
    ("opd_secretary", "disdik"),
    ("bkpsdm_admin", "bkpsdm"),
    ("bkpsdm_admin_second", "bkpsdm"),
    ("division_head", "bkpsdm"),
    ("bkpsdm_secretary", "bkpsdm"),
    ("bkpsdm_head", "bkpsdm"),
    ("sekda", "disdik"),
)
ROLES: tuple[tuple[str, str, str | None], ...] = (
    ("umpeg", "umpeg", "disdik"),
    ("umpeg_second", "umpeg", "disdik"),
    ("umpeg_dinkes", "umpeg", "dinkes"),
    ("opd_head", "opd_head", "disdik"),
    ("opd_head_dinkes", "opd_head", "dinkes"),
    ("opd_secretary", "opd_secretary", "disdik"),
    ("bkpsdm_admin", "bkpsdm_admin", "bidang-kinerja"),
    ("bkpsdm_admin_second", "bkpsdm_admin", "bidang-kinerja"),
    ("division_head", "division_head", "bidang-kinerja"),
    ("bkpsdm_secretary", "bkpsdm_secretary", None),
    ("bkpsdm_head", "bkpsdm_head", None),
    ("sekda", "sekda", None),
)


# What identity and proposal each show of it is for the same people.
WHO_SEES_WHAT_HANGS_ON_SOMEBODY = (
    ("sysadmin", 200),
    ("bkpsdm_admin", 200),
    ("bkpsdm_secretary", 403),
    ("bkpsdm_head", 403),
    ("opd_head", 403),
    ("umpeg", 403),
)


def told(event_type: str, subject: str, data: Mapping[str, Any], *, version: int = 1) -> Event:
    """An event of identity in the demo region."""
    return Event(
        event_type,
        f"{subject}/{data['id']}",
        data,
        version,
        region=REGION,
        source="identity",
        position=None,
    )


def unit_event(code: str, kind: str, parent: str | None, **changes: Any) -> Event:
    data = {
        "id": str(an_id(code)),
        "code": code,
        "name": f"Unit {code}",
        "kind": kind,
        "parent_id": str(an_id(parent)) if parent else None,
        "opd_id": str(an_id(code)) if kind == "opd" else None,
        "zone": "Asia/Jakarta" if kind == "region" else None,
        "bkpsdm": code == "bkpsdm",
        "active": True,
    }
    return told("unit.changed.v1", "unit", data | changes)


def employee_event(key: str, opd: str, *, version: int = 1, **changes: Any) -> Event:
    data = {
        "id": str(an_id(key)),
        "nip": _nip(key),
        "name": f"Pegawai Contoh {key.replace('_', ' ').title()}",
        "title_prefix": None,
        "title_suffix": None,
        "kind": "pns",
        "cpns": False,
        "jabatan": "Analis Contoh",
        "jenis_jabatan": "pelaksana",
        "jenjang": None,
        "guru": False,
        "golongan": "III/b",
        "pangkat": "Penata Muda Tk. I",
        "golongan_pertama": "III/a",
        "unit_id": str(an_id(opd)),
        "opd_id": str(an_id(opd)),
        "tmt_cpns": "2010-01-01",
        "tmt_golongan": "2022-04-01",
        "tmt_jabatan": "2020-01-01",
        "tmt_kgb": "2024-01-01",
        "masuk_daerah": "2010-01-01",
        "masa_kerja_golongan_bulan": 120,
        "active": True,
        "sessions_revoked_at": None,
    }
    return told("employee.changed.v1", "employee", data | changes, version=version)


def role_event(
    holder: str, role: str, unit: str | None, *, version: int = 1, **changes: Any
) -> Event:
    data = {
        "id": str(an_id(f"role {holder} {role}")),
        "employee_id": str(an_id(holder)),
        "role": role,
        "unit_id": str(an_id(unit)) if unit else None,
        "acting": "definitive",
        "starts_on": STARTED,
        "ends_on": None,
        "active": True,
    }
    return told("role.changed.v1", "role", data | changes, version=version)


def delegation_event(role: str, unit: str | None, giver: str, taker: str, **changes: Any) -> Event:
    data = {
        "id": str(an_id(f"delegation {giver} {taker} {role}")),
        "role": role,
        "unit_id": str(an_id(unit)) if unit else None,
        "from_employee_id": str(an_id(giver)),
        "to_employee_id": str(an_id(taker)),
        "starts_on": STARTED,
        "ends_on": None,
        "layanan": None,
        "active": True,
    }
    return told("delegation.changed.v1", "delegation", data | changes)


def _nip(key: str) -> str:
    """Serials from 900 are of invented people."""
    known = [name for name, _ in PEOPLE]
    return f"199001012010011{900 + known.index(key) if key in known else 999}"
