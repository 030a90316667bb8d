"""What goes in and out of the API: one schema per purpose."""

from marshmallow import fields, validate

from chassis.http.api import Schema
from chassis.http.paging import PageArgs, page_schema
from services.identity.domain.appointments import ACTING
from services.identity.domain.employees import JENIS_JABATAN, JENJANG
from services.identity.domain.roles import ROLES

SHORT = validate.Length(min=1, max=80)
NAME = validate.Length(min=1, max=200)
_CODE = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,38}$")
_NIP = validate.Length(min=18, max=30)


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


class ContactInput(Schema):
    email = fields.Email(allow_none=True, validate=validate.Length(max=200))
    phone = fields.String(allow_none=True, validate=validate.Regexp(r"^\+?[0-9]{8,15}$"))
    language = fields.String(validate=validate.OneOf(["id", "en"]))


class ContactView(Schema):
    employee_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)


class FactsInput(Schema):
    """Facts of R8 and where they come from; `as_of` defaults to today in the region."""

    name = fields.String(validate=NAME)
    title_prefix = fields.String(allow_none=True, validate=SHORT)
    title_suffix = fields.String(allow_none=True, validate=SHORT)
    unit_id = fields.UUID()
    birth_date = fields.Date()
    sex = fields.String(validate=validate.OneOf(["male", "female"]))
    cpns = fields.Boolean()
    jabatan = fields.String(allow_none=True, validate=NAME)
    jenis_jabatan = fields.String(allow_none=True, validate=validate.OneOf(JENIS_JABATAN))
    jenjang = fields.String(allow_none=True, validate=validate.OneOf(JENJANG))
    guru = fields.Boolean()
    golongan = fields.String(allow_none=True, validate=validate.Length(min=1, max=5))
    golongan_pertama = fields.String(allow_none=True, validate=validate.Length(min=1, max=5))
    tmt_cpns = fields.Date(allow_none=True)
    tmt_golongan = fields.Date(allow_none=True)
    tmt_jabatan = fields.Date(allow_none=True)
    tmt_kgb = fields.Date(allow_none=True)
    masuk_daerah = fields.Date(allow_none=True)
    masa_kerja_golongan_bulan = fields.Integer(
        allow_none=True, validate=validate.Range(min=0, max=720)
    )
    source = fields.String(required=True, validate=validate.Length(min=1, max=120))
    as_of = fields.Date()


class NewEmployee(FactsInput):
    nip = fields.String(required=True, validate=_NIP)
    name = fields.String(required=True, validate=NAME)
    unit_id = fields.UUID(required=True)
    contact = fields.Nested(ContactInput)


class EmployeeChange(FactsInput):
    active = fields.Boolean()


class FactSource(Schema):
    source = fields.String(required=True)
    as_of = fields.Date(required=True)


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


class EmployeeView(EmployeeSummary):
    version = fields.Integer(required=True)
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


class EmployeeFilter(PageArgs):
    q = fields.String(load_default=None, validate=validate.Length(min=1, max=100))
    unit_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NipQuery(Schema):
    """In the body, because an NIP has no place in an address that logs keep."""

    nip = fields.String(required=True, validate=_NIP)


class OneTimeLink(Schema):
    path = fields.String(required=True)
    url = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class NewUnit(Schema):
    code = fields.String(required=True, validate=_CODE)
    name = fields.String(required=True, validate=NAME)
    kind = fields.String(required=True, validate=validate.OneOf(["opd", "unit", "division"]))
    parent_id = fields.UUID(required=True)
    bkpsdm = fields.Boolean(load_default=False)


class UnitChange(Schema):
    name = fields.String(validate=NAME)
    active = fields.Boolean()


class UnitView(Schema):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    opd_id = fields.UUID(required=True, allow_none=True)
    bkpsdm = fields.Boolean(required=True)
    active = fields.Boolean(required=True)


class UnitFilter(PageArgs):
    q = fields.String(load_default=None, validate=validate.Length(min=1, max=100))
    kind = fields.String(
        load_default=None, validate=validate.OneOf(["region", "opd", "unit", "division"])
    )
    parent_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NewRoleGrant(Schema):
    employee_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    unit_id = fields.UUID(load_default=None, allow_none=True)
    acting = fields.String(load_default="definitive", validate=validate.OneOf(ACTING))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)


class GrantEnd(Schema):
    """Without `ends_on` the role ends at once."""

    ends_on = fields.Date(load_default=None, allow_none=True)


class GrantProlongation(Schema):
    ends_on = fields.Date(required=True)


class RoleGrantView(Schema):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    employee_id = fields.UUID(required=True)
    role = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    acting = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    active = fields.Boolean(required=True)


class RoleGrantFilter(PageArgs):
    employee_id = fields.UUID(load_default=None)
    role = fields.String(load_default=None, validate=validate.OneOf(ROLES))
    unit_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NewDelegation(Schema):
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    unit_id = fields.UUID(load_default=None, allow_none=True)
    from_employee_id = fields.UUID(required=True)
    to_employee_id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    layanan = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=50),
    )


class DelegationView(Schema):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    role = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    from_employee_id = fields.UUID(required=True)
    to_employee_id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    layanan = fields.List(fields.String(), required=True, allow_none=True)
    active = fields.Boolean(required=True)


class DelegationFilter(PageArgs):
    involving = fields.UUID(load_default=None)
    role = fields.String(load_default=None, validate=validate.OneOf(ROLES))
    active = fields.Boolean(load_default=None)


class RegionView(RegionRef):
    version = fields.Integer(required=True)
    demo = fields.Boolean(required=True)
    totp_roles = fields.List(fields.String(), required=True)


class RegionChange(Schema):
    totp_roles = fields.List(
        fields.String(validate=validate.Length(min=1, max=24)),
        required=True,
        validate=validate.Length(max=20),
    )


class TotpBegun(Schema):
    secret = fields.String(required=True)
    uri = fields.String(required=True, metadata={"description": "otpauth: address for a QR code"})


class TotpCode(Schema):
    code = fields.String(required=True, validate=validate.Length(min=6, max=10))


class RecoveryCodes(Schema):
    codes = fields.List(fields.String(), required=True)


EmployeePage = page_schema(EmployeeSummary)
UnitPage = page_schema(UnitView)
RoleGrantPage = page_schema(RoleGrantView)
DelegationPage = page_schema(DelegationView)
