"""The desk that takes in tables of employees and units: one row at a time, by the usual desks.

A row finds its employee by NIP and its unit by code. What is already so is not said again, so a
file that comes twice changes nothing the second time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.data.import_rows import CHANGED, NEW, SAME
from chassis.kernel.errors import FieldError, Invalid, Refused
from chassis.kernel.nip import parse_nip
from chassis.kernel.roles import Role
from chassis.kernel.text import shown_line
from chassis.process.regions import current_region
from chassis.run.importing import Effect, Importing, ImportKind, Telling
from services.identity import queries
from services.identity.domain.roles import ADMINISTRATORS
from services.identity.models import Employee, ImportRow, TableImport, Unit, db
from services.identity.usecases import employees, roles, units

_GRANTS = "grants"
_NEW_GRANT = (1,)


class NotInUse(Refused):
    kind = "invalid"
    code = "row_not_in_use"
    text = {
        "id": 'Sudah terdaftar tetapi nonaktif. Isi kolom Aktif dengan "ya" untuk mengaktifkan.',
        "en": "Registered but not in use. Write ya in the column Aktif to bring it back.",
    }


class NipReplaced(Refused):
    """An old list has an NIP that was replaced; it is not registered as somebody new."""

    kind = "invalid"
    code = "nip_replaced"
    text = {
        "id": "NIP ini sudah diganti menjadi {nip} ({name}). Perbarui berkasnya; bila NIP ini milik"
        " pegawai lain, daftarkan ia lewat formulir.",
        "en": "This NIP was replaced by {nip} ({name}). Update the file; if the NIP belongs to"
        " somebody else, register that person by the form.",
    }

    def __init__(self, person: Employee) -> None:
        super().__init__(nip=parse_nip(person.nip).printed, name=person.full_name)


class UnitMoved(Refused):
    kind = "invalid"
    code = "unit_moved"
    text = {
        "id": "Jenis dan induk unit yang sudah ada tidak dapat diubah.",
        "en": "The kind and the parent of a unit that exists cannot be changed.",
    }


def importing(kinds: Mapping[str, ImportKind]) -> Importing:
    """Return identity's imports, for administrators as the register itself."""
    return Importing(db, TableImport, ImportRow, kinds, may=_may_import, keeps_corrections=True)


def put_employee(given: Mapping[str, Any], posts: Sequence[str], telling: Telling) -> Effect:
    """Register an employee, or change what the row says differently; give the roles named.

    `given` is what `employees.add` takes. Contacts are taken at registration only; afterwards
    they are the person's own. A role not named is not taken away. Raises what `employees.add`,
    `employees.change` and `roles.grant` raise.
    """
    effect = _put_facts(given, telling)
    given_now = _give_roles(effect.subject_id, posts, telling)
    if not given_now:
        return effect
    verdict = CHANGED if effect.verdict == SAME else effect.verdict
    return replace(effect, verdict=verdict, before={**effect.before, _GRANTS: given_now})


def _put_facts(given: Mapping[str, Any], telling: Telling) -> Effect:
    digits = parse_nip(given["nip"]).digits
    person = db.session.scalar(select(Employee).where(Employee.nip == digits))
    values = dict(given["values"])
    if person is None:
        if holder := queries.last_with_nip(digits):
            raise NipReplaced(holder)
        check_comes_in_use(values)
        added = employees.add(
            by=telling.by,
            nip=given["nip"],
            values=values,
            contact=given["contact"],
            source=telling.source,
        )
        return Effect(NEW, added.id, added.version)
    different, before = differences(person, values)
    if not different:
        return Effect(SAME, person.id, person.version)
    changed = employees.change(
        person.id, by=telling.by, seen=[person.version], values=different, source=telling.source
    )
    return Effect(CHANGED, person.id, changed.version, before)


def take_back_employee(effect: Effect, telling: Telling) -> None:
    """Put an employee's facts back and end the roles given; a new one is deactivated.

    Roles that ended with the row stay ended (R31). Raises `Stale` and others.
    """
    # First: with a person who is deactivated or put back into a unit, roles end by themselves.
    for grant_id in effect.before.get(_GRANTS, ()):
        roles.end_grant(UUID(grant_id), by=telling.by, seen=_NEW_GRANT, last_day=None)
    employees.change(
        effect.subject_id,
        by=telling.by,
        seen=[effect.version],
        values=_taken_back(effect),
        source=f"pembatalan {telling.source}"[:120],
    )


def _give_roles(employee_id: UUID, posts: Sequence[str], telling: Telling) -> list[str]:
    """Give what an employee does not hold yet; return the grants."""
    person = queries.employee(employee_id)
    grants = []
    for role in map(_role, posts):
        places = {None: None, "opd": person.opd_id}
        place = places.get(role.unit_kind, person.unit_id)
        holders = queries.grants_of_post(role.code, place)
        if person.id in {holder.employee_id for holder in holders}:
            continue
        new: roles.NewGrant = {
            "employee_id": person.id,
            "role": role.code,
            "unit_id": place,
            "acting": "definitive",
            "starts_on": queries.today(),
            "ends_on": None,
        }
        grants.append(str(roles.grant(new, by=telling.by).id))
    return grants


def _role(words: str) -> Role:
    """Find a role by its code or either of its names. Raises `Invalid`."""
    for role in queries.roles():
        if words.casefold() in {name.casefold() for name in (role.code, *role.title.values())}:
            return role
    shown = shown_line(words)
    error = (f'Peran "{shown}" tidak dikenal.', f'The role "{shown}" is not known.')
    raise Invalid(errors=[FieldError("/roles", "role_unknown", *error)])


def put_unit(given: Mapping[str, Any], _telling: Telling) -> Effect:
    """Add a unit, or rename it. Raises what `units.add` and `units.change` raise."""
    values = dict(given)
    unit = unit_of(values["code"])
    if unit is None:
        check_comes_in_use(values)
        added = units.add(**values)
        return Effect(NEW, added.id, added.version)
    if (unit.kind, unit.parent_id) != (values.pop("kind"), values.pop("parent_id")):
        raise UnitMoved
    values.pop("bkpsdm", None)
    different, before = differences(unit, values)
    if not different:
        return Effect(SAME, unit.id, unit.version)
    changed = units.change(unit.id, seen=[unit.version], values=different)
    return Effect(CHANGED, unit.id, changed.version, before)


def take_back_unit(effect: Effect, _telling: Telling) -> None:
    """Give a unit its name back; a new one is deactivated. Raises `Stale` or `UnitInUse`."""
    units.change(effect.subject_id, seen=[effect.version], values=_taken_back(effect))


def unit_of(code: str) -> Unit | None:
    """Find a unit of the bound region by its code."""
    return db.session.scalar(select(Unit).where(Unit.code == code))


def unit_ids(codes: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the units of the bound region with these codes."""
    named = select(Unit.code, Unit.id).where(Unit.code.in_(codes))
    return {row.code: row.id for row in db.session.execute(named)}


def unit_id(code: str, *, column: str) -> UUID:
    """Return the id of the unit with a code. Raises `Invalid` at the column."""
    return unit_among(unit_ids([code]), code, column=column)


def unit_among(units: Mapping[str, UUID], code: str, *, column: str) -> UUID:
    """Return the id of the unit with a code, of those that were read. Raises `Invalid`."""
    if code not in units:
        shown = shown_line(code)
        words = (f'Tidak ada unit berkode "{shown}".', f'No unit has the code "{shown}".')
        raise Invalid(errors=[FieldError(f"/{column}", "unit_unknown", *words)])
    return units[code]


def parent_id(code: str | None) -> UUID:
    """Return the id of the unit above: the region itself without a code. Raises `Invalid`."""
    return unit_id(code or current_region(), column="parent_id")


def _may_import(person_id: UUID) -> bool:
    return queries.holds(person_id, ADMINISTRATORS)


def check_comes_in_use(values: dict[str, Any]) -> None:
    """Refuse to add what is not to be used."""
    if not values.pop("active", True):
        words = ("Yang baru tidak dapat langsung nonaktif.", "What is new is in use.")
        raise Invalid(errors=[FieldError("/active", "new_not_in_use", *words)])


def differences(
    row: Employee | Unit, values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a row of the file says differently, and what stood there. Raises `NotInUse`."""
    if not row.active and "active" not in values:
        raise NotInUse
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    return different, {name: getattr(row, name) for name in different}


def _taken_back(effect: Effect) -> dict[str, Any]:
    if effect.verdict == NEW:
        return {"active": False}
    return {name: value for name, value in effect.before.items() if name != _GRANTS}
