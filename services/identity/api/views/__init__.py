"""What clients get: the shapes of answers, and how rows become them."""

from typing import Any
from uuid import UUID

from marshmallow import fields

from chassis.http.api import Schema, VersionedView
from chassis.http.paging import page_schema
from services.identity import queries
from services.identity.domain.recovering import Desk, Resets, State, Way
from services.identity.domain.renumbering import REASONS
from services.identity.models import AccountRecovery, Employee, RoleGrant
from services.identity.usecases import leaving, recoveries, stopping
from staff.names import full_name


class UnitRef(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class RegionRef(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    zone = fields.String(required=True)


class MyRole(Schema):
    role = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    acting = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class MeView(Schema):
    id = fields.UUID(required=True)
    nip = fields.String(required=True)
    name = fields.String(required=True)
    title_prefix = fields.String(required=True, allow_none=True)
    title_suffix = fields.String(required=True, allow_none=True)
    full_name = fields.String(required=True, metadata={"description": "The name with titles"})
    kind = fields.String(required=True)
    jabatan = fields.String(required=True, allow_none=True)
    jenis_jabatan = fields.String(required=True, allow_none=True)
    golongan = fields.String(required=True, allow_none=True)
    pangkat = fields.String(required=True, allow_none=True)
    unit = fields.Nested(UnitRef, required=True)
    opd = fields.Nested(UnitRef, required=True)
    region = fields.Nested(RegionRef, required=True)
    roles = fields.List(fields.Nested(MyRole), required=True)
    totp_enrolled = fields.Boolean(required=True)


class ContactView(VersionedView):
    employee_id = fields.UUID(required=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    email_verified_at = fields.AwareDateTime(allow_none=True)
    phone_verified_at = fields.AwareDateTime(allow_none=True)


class CodeSent(Schema):
    expires_at = fields.AwareDateTime(required=True)


class LetterView(Schema):
    """What a message says; with a channel it goes to that address and nowhere else."""

    secret = fields.String(required=True)
    channel = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)


class FactSource(Schema):
    source = fields.String(required=True)
    as_of = fields.Date(required=True)


class FormerNipView(Schema):
    """An NIP that the employee had until `replaced_at`; `source` is the document that says so."""

    nip = fields.String(required=True)
    reason = fields.String(required=True, metadata={"enum": [*REASONS]})
    source = fields.String(required=True)
    replaced_by = fields.UUID(required=True, allow_none=True)
    replaced_at = fields.AwareDateTime(required=True)


class EmployeeSummary(Schema):
    id = fields.UUID(required=True)
    nip = fields.String(required=True)
    name = fields.String(required=True)
    title_prefix = fields.String(required=True, allow_none=True)
    title_suffix = fields.String(required=True, allow_none=True)
    full_name = fields.String(required=True, metadata={"description": "The name with titles"})
    kind = fields.String(required=True)
    jabatan = fields.String(required=True, allow_none=True)
    golongan = fields.String(required=True, allow_none=True)
    unit_id = fields.UUID(required=True)
    opd_id = fields.UUID(required=True)
    active = fields.Boolean(required=True)


class ListedEmployee(EmployeeSummary):
    unit_name = fields.String(required=True, allow_none=True)
    opd_name = fields.String(required=True, allow_none=True)


class EmployeeView(VersionedView, EmployeeSummary):
    birth_date = fields.Date(required=True)
    sex = fields.String(required=True)
    cpns = fields.Boolean(required=True)
    jenis_jabatan = fields.String(required=True, allow_none=True)
    jenjang = fields.String(required=True, allow_none=True)
    guru = fields.Boolean(required=True)
    golongan_pertama = fields.String(required=True, allow_none=True)
    tmt_cpns = fields.Date(required=True, allow_none=True)
    tmt_golongan = fields.Date(required=True, allow_none=True)
    tmt_jabatan = fields.Date(required=True, allow_none=True)
    tmt_kgb = fields.Date(required=True, allow_none=True)
    masuk_daerah = fields.Date(required=True, allow_none=True)
    masa_kerja_golongan_bulan = fields.Integer(required=True, allow_none=True)
    facts = fields.Dict(
        keys=fields.String(), values=fields.Nested(FactSource), metadata={"description": "Sources"}
    )
    former_nips = fields.List(fields.Nested(FormerNipView), required=True)


class RecoveryView(VersionedView):
    """A request to give an account back to its owner; `lacks`: which desks have not confirmed."""

    id = fields.UUID(required=True)
    employee_id = fields.UUID(required=True)
    name = fields.String(required=True, metadata={"description": "The owner, with titles"})
    nip = fields.String(required=True)
    resets = fields.String(required=True, metadata={"enum": [*Resets]})
    way = fields.String(required=True, metadata={"enum": [*Way]})
    state = fields.String(required=True, metadata={"enum": [*State]})
    asked_as = fields.String(required=True, metadata={"description": "The role that asked"})
    asked_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    ready_at = fields.AwareDateTime(required=True, allow_none=True)
    lacks = fields.List(fields.String(metadata={"enum": [*Desk]}), required=True)
    may_confirm = fields.Boolean(required=True)
    may_hand_over = fields.Boolean(required=True)
    may_stop = fields.Boolean(required=True)
    stop_needs_reason = fields.Boolean(required=True)


class RecoveryList(Schema):
    data = fields.List(fields.Nested(RecoveryView), required=True)


class LetterPart(Schema):
    """BKPSDM is given the link, the OPD the code that its page asks for."""

    path = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)


class OneTimeLink(Schema):
    """An activation link; or `recovery`, when the account is active and has an owner to ask."""

    path = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    recovery = fields.Nested(RecoveryView, allow_none=True)


class UnitView(VersionedView):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    opd_id = fields.UUID(required=True, allow_none=True)
    bkpsdm = fields.Boolean(required=True)
    active = fields.Boolean(required=True)


class InBothLanguages(Schema):
    id = fields.String(required=True)
    en = fields.String(required=True)


class RoleView(Schema):
    """`unit_kind` null: for the region as a whole. `head`: a post, may be held acting."""

    code = fields.String(required=True)
    title = fields.Nested(InBothLanguages, required=True)
    unit_kind = fields.String(required=True, allow_none=True)
    of_bkpsdm = fields.Boolean(required=True)
    head = fields.Boolean(required=True)
    delegable = fields.Boolean(required=True, attribute="may_be_delegated")


class RoleList(Schema):
    data = fields.List(fields.Nested(RoleView), required=True)


class RoleGrantView(VersionedView):
    id = fields.UUID(required=True)
    employee_id = fields.UUID(required=True)
    role = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    acting = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    active = fields.Boolean(required=True)


class DelegationView(VersionedView):
    id = fields.UUID(required=True)
    role = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    from_employee_id = fields.UUID(required=True)
    to_employee_id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    layanan = fields.List(fields.String(), required=True, allow_none=True)
    active = fields.Boolean(required=True)


class EndingGrant(RoleGrantView):
    """`needs_successor`: nobody else holds the role for the unit."""

    title = fields.Nested(InBothLanguages, required=True)
    unit_name = fields.String(required=True, allow_none=True)
    needs_successor = fields.Boolean(required=True)


class DepartureView(Schema):
    """What ends when somebody leaves or moves."""

    role_grants = fields.List(fields.Nested(EndingGrant), required=True)
    delegations_given = fields.List(fields.Nested(DelegationView), required=True)
    delegations_received = fields.List(fields.Nested(DelegationView), required=True)


class _TotpRoles(fields.List[str]):
    """The roles of a region that need a second factor, chosen or by default."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> list[Any] | None:
        return super()._serialize(value and sorted(queries.totp_roles(obj)), attr, obj, **more)


class RegionView(VersionedView, RegionRef):
    demo = fields.Boolean(required=True)
    totp_roles = _TotpRoles(fields.String(), required=True)
    deputies = fields.Dict(
        keys=fields.String(), values=fields.List(fields.String()), required=True, allow_none=True
    )
    idle_minutes = fields.Integer(required=True, allow_none=True)


class TotpBegun(Schema):
    secret = fields.String(required=True)
    uri = fields.String(required=True, metadata={"description": "otpauth: address for a QR code"})


class RecoveryCodes(Schema):
    codes = fields.List(fields.String(), required=True)


UnitPage = page_schema(UnitView)
RoleGrantPage = page_schema(RoleGrantView)
DelegationPage = page_schema(DelegationView)


_OF_GRANT = tuple(RoleGrantView().fields)
_FULL_NAME = "full_name"
_OF_SUMMARY = tuple(EmployeeSummary().fields)
_OF_RECOVERY = (
    *("id", "version", "employee_id", "resets", "way", "state", "asked_as"),
    *("asked_at", "expires_at", "ready_at"),
)
_OF_EMPLOYEE = tuple(name for name in EmployeeView().fields if name != "facts")


def departure_view(employee_id: UUID, offices: leaving.Offices) -> dict[str, Any]:
    """Show what ends, roles with the words for them."""
    given = [each for each in offices.delegations if each.from_employee_id == employee_id]
    return {
        "role_grants": [_ending(grant) for grant in offices.grants],
        "delegations_given": given,
        "delegations_received": [each for each in offices.delegations if each not in given],
    }


def _ending(grant: RoleGrant) -> dict[str, Any]:
    return {
        **{name: getattr(grant, name) for name in _OF_GRANT},
        "title": queries.role(grant.role).title,
        "unit_name": queries.unit(grant.unit_id).name if grant.unit_id else None,
        "needs_successor": leaving.is_alone(grant),
    }


def recovery_view(row: AccountRecovery, reader: UUID) -> dict[str, Any]:
    """Show a recovery to somebody at a desk, or to its owner."""
    owner = queries.employee(row.employee_id)
    return {
        **{name: getattr(row, name) for name in _OF_RECOVERY},
        "name": owner.full_name,
        "nip": owner.nip,
        "lacks": recoveries.lacks(row),
        "may_confirm": recoveries.may_confirm(row, reader),
        "may_hand_over": recoveries.may_hand_over(row, reader),
        "may_stop": stopping.may_stop(row, reader),
        "stop_needs_reason": stopping.stop_needs_reason(row, reader),
    }


def employee_row(listed: queries.Listed) -> dict[str, Any]:
    """Show an employee in a list."""
    row = listed.employee
    shown = {name: getattr(row, name) for name in _OF_SUMMARY if name != _FULL_NAME}
    return {
        **shown,
        _FULL_NAME: full_name(row.name, row.title_prefix, row.title_suffix),
        "unit_name": listed.unit_name,
        "opd_name": listed.opd_name,
    }


def employee_view(employee: Employee) -> dict[str, Any]:
    """Show an employee with the source of every fact."""
    shown = {name: getattr(employee, name) for name in _OF_EMPLOYEE}
    return {**shown, "facts": queries.facts_of(employee.id)}
