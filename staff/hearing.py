"""What identity tells of people, units, roles and delegations, as every hearer reads it.

The contracts are identity's (`services/identity/contracts`); fields of a later release are
tolerated.
"""

from marshmallow import fields, validate

from chassis.events.inbox import EventData
from chassis.http.values import Truth


class EmployeeData(EventData):
    """The present facts (R8). Layanan ask about all of them, so they are kept as they come."""

    id = fields.UUID(required=True)
    nip = fields.String(required=True, validate=validate.Regexp(r"[0-9]{18}\Z"))
    name = fields.String(required=True)
    title_prefix = fields.String(allow_none=True)
    title_suffix = fields.String(allow_none=True)
    kind = fields.String(required=True)
    cpns = Truth(allow_none=True)
    jabatan = fields.String(allow_none=True)
    jenis_jabatan = fields.String(allow_none=True)
    jenjang = fields.String(allow_none=True)
    guru = Truth(allow_none=True)
    golongan = fields.String(allow_none=True)
    pangkat = fields.String(allow_none=True)
    golongan_pertama = fields.String(allow_none=True)
    unit_id = fields.UUID(allow_none=True)
    opd_id = fields.UUID(allow_none=True)
    tmt_cpns = fields.Date(allow_none=True)
    tmt_golongan = fields.Date(allow_none=True)
    tmt_jabatan = fields.Date(allow_none=True)
    tmt_kgb = fields.Date(allow_none=True)
    masuk_daerah = fields.Date(allow_none=True)
    masa_kerja_golongan_bulan = fields.Integer(allow_none=True, strict=True)
    active = Truth(required=True)
    sessions_revoked_at = fields.AwareDateTime(allow_none=True)
    deciding_barred_until = fields.AwareDateTime(allow_none=True)


class ContactData(EventData):
    """Contacts changed; they never travel, whoever may reads them from identity's API."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True)


class UnitData(EventData):
    """`zone` comes with the unit of kind region only."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    parent_id = fields.UUID(allow_none=True)
    opd_id = fields.UUID(allow_none=True)
    zone = fields.String(allow_none=True)
    bkpsdm = Truth(allow_none=True)
    active = Truth(required=True)


class RoleData(EventData):
    id = fields.UUID(required=True)
    employee_id = fields.UUID(required=True)
    role = fields.String(required=True)
    unit_id = fields.UUID(allow_none=True)
    acting = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    active = Truth(required=True)


class DelegationData(EventData):
    """`layanan` null: for all of them."""

    id = fields.UUID(required=True)
    role = fields.String(required=True)
    unit_id = fields.UUID(allow_none=True)
    from_employee_id = fields.UUID(required=True)
    to_employee_id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(allow_none=True)
    layanan = fields.List(fields.String(), allow_none=True)
    active = Truth(required=True)
