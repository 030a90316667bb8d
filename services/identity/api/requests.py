"""What clients send, one schema per purpose; unknown members are refused."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from chassis.http.api import Schema
from chassis.http.paging import PageArgs
from services.identity import queries
from services.identity.domain.appointments import ACTING
from services.identity.domain.employees import JENIS_JABATAN, JENJANG

SHORT = validate.Length(min=1, max=80)
NAME = validate.Length(min=1, max=200)
_CODE = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,38}$")
_NIP = validate.Length(min=18, max=30)


class KnownRole(validate.Validator):
    """Take a role that an installed service brings."""

    @property
    def choices(self) -> list[str]:
        return [role.code for role in queries.roles()]

    def __call__(self, value: str) -> str:
        if value not in self.choices:
            raise ValidationError(f"Must be one of: {', '.join(self.choices)}.")
        return value


class ContactInput(Schema):
    email = fields.Email(allow_none=True, validate=validate.Length(max=200))
    phone = fields.String(allow_none=True, validate=validate.Regexp(r"^\+?[0-9]{8,15}$"))
    language = fields.String(validate=validate.OneOf(["id", "en"]))


class FactsInput(Schema):
    """Facts of R8 and where they come from; `as_of` defaults to today in the region."""

    said_apart: tuple[str, ...] = ("source", "as_of")

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

    @post_load
    def _sorted(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put the facts together under `values`, beside what is said about them."""
        apart = {name: given.pop(name, None) for name in self.said_apart}
        return {**apart, "values": given}


class NewEmployee(FactsInput):
    said_apart = ("nip", "contact", "source", "as_of")
    nip = fields.String(required=True, validate=_NIP)
    name = fields.String(required=True, validate=NAME)
    unit_id = fields.UUID(required=True)
    contact = fields.Nested(ContactInput)


class EmployeeChange(FactsInput):
    active = fields.Boolean()


class EmployeeRow(NewEmployee):
    """A row of an imported table."""

    active = fields.Boolean()


class EmployeeFilter(PageArgs):
    q = fields.String(load_default=None, validate=validate.Length(min=1, max=100))
    unit_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NipQuery(Schema):
    """In the body, because an NIP has no place in an address that logs keep."""

    nip = fields.String(required=True, validate=_NIP)


class NewUnit(Schema):
    code = fields.String(required=True, validate=_CODE)
    name = fields.String(required=True, validate=NAME)
    kind = fields.String(required=True, validate=validate.OneOf(["opd", "unit", "division"]))
    parent_id = fields.UUID(required=True)
    bkpsdm = fields.Boolean(load_default=False)


class UnitRow(NewUnit):
    """A row of an imported table."""

    active = fields.Boolean()


class UnitChange(Schema):
    name = fields.String(validate=NAME)
    active = fields.Boolean()


class UnitFilter(PageArgs):
    q = fields.String(load_default=None, validate=validate.Length(min=1, max=100))
    kind = fields.String(
        load_default=None, validate=validate.OneOf(["region", "opd", "unit", "division"])
    )
    parent_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NewRoleGrant(Schema):
    employee_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=KnownRole())
    unit_id = fields.UUID(load_default=None, allow_none=True)
    acting = fields.String(load_default="definitive", validate=validate.OneOf(ACTING))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)


class GrantEnd(Schema):
    """Without `ends_on` the role ends at once."""

    ends_on = fields.Date(load_default=None, allow_none=True)


class GrantProlongation(Schema):
    ends_on = fields.Date(required=True)


class RoleGrantFilter(PageArgs):
    employee_id = fields.UUID(load_default=None)
    role = fields.String(load_default=None, validate=KnownRole())
    unit_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NewDelegation(Schema):
    role = fields.String(required=True, validate=KnownRole())
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


class DelegationFilter(PageArgs):
    involving = fields.UUID(load_default=None)
    role = fields.String(load_default=None, validate=KnownRole())
    active = fields.Boolean(load_default=None)


class RegionChange(Schema):
    totp_roles = fields.List(
        fields.String(validate=validate.Length(min=1, max=24)),
        required=True,
        validate=validate.Length(max=20),
    )


class TotpCode(Schema):
    code = fields.String(required=True, validate=validate.Length(min=6, max=10))
