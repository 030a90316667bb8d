"""What clients send, one schema per purpose; unknown members are refused."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate

from chassis.http.api import Schema
from chassis.http.fields import Code, Exact, Line, Mail, Name, Phone, Prose, Words
from chassis.http.paging import PageArgs
from chassis.http.values import Day, Truth, Whole
from chassis.kernel.errors import FieldError
from chassis.kernel.languages import LANGUAGES
from services.identity import queries
from services.identity.domain.alarms import MOST, THRESHOLDS
from services.identity.domain.appointments import ACTING
from services.identity.domain.contact_codes import CHANNELS
from services.identity.domain.employees import JENIS_JABATAN, JENJANG
from services.identity.domain.recovering import Resets
from services.identity.domain.renumbering import REASONS
from services.identity.domain.stopping import LONGEST_REASON

LONGEST_TITLE = 80
LONGEST_NAME = 200
# As it is typed, with whatever stands between the digits.
_NIP = validate.Length(min=18, max=60)


_NIP_ELSEWHERE = FieldError(
    "/nip",
    "unknown_field",
    "NIP diganti lewat PUT /api/identity/v1/employees/{id}/nip, dengan alasan dan sumbernya.",
    "The NIP is changed by PUT /api/identity/v1/employees/{id}/nip, with a reason and a source.",
)


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
    email = Mail(allow_none=True)
    phone = Phone(allow_none=True)
    language = Exact(validate=validate.OneOf(LANGUAGES))


class ContactChannel(Schema):
    channel = Exact(required=True, validate=validate.OneOf(CHANNELS))


class ContactProof(ContactChannel):
    code = Exact(required=True, validate=validate.Length(min=6, max=20))


class FactsInput(Schema):
    """Facts of R8 and where they come from; `as_of` defaults to today in the region."""

    said_apart: tuple[str, ...] = ("source", "as_of")

    name = Name(LONGEST_NAME)
    title_prefix = Name(LONGEST_TITLE, allow_none=True)
    title_suffix = Name(LONGEST_TITLE, allow_none=True)
    unit_id = fields.UUID()
    birth_date = Day()
    sex = Exact(validate=validate.OneOf(["male", "female"]))
    cpns = Truth()
    jabatan = Name(LONGEST_NAME, allow_none=True)
    jenis_jabatan = Exact(allow_none=True, validate=validate.OneOf(JENIS_JABATAN))
    jenjang = Exact(allow_none=True, validate=validate.OneOf(JENJANG))
    guru = Truth()
    golongan = Exact(allow_none=True, validate=validate.Length(min=1, max=5))
    golongan_pertama = Exact(allow_none=True, validate=validate.Length(min=1, max=5))
    tmt_cpns = Day(allow_none=True)
    tmt_golongan = Day(allow_none=True)
    tmt_jabatan = Day(allow_none=True)
    tmt_kgb = Day(allow_none=True)
    masuk_daerah = Day(allow_none=True)
    masa_kerja_golongan_bulan = Whole(allow_none=True, validate=validate.Range(min=0, max=720))
    source = Line(120, required=True)
    as_of = Day()

    @post_load
    def _sorted(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put the facts together under `values`, beside what is said about them."""
        apart = {name: given.pop(name, None) for name in self.said_apart}
        return {**apart, "values": given}


class NewEmployee(FactsInput):
    said_apart = ("nip", "contact", "source", "as_of")
    nip = Exact(required=True, validate=_NIP)
    name = Name(LONGEST_NAME, required=True)
    unit_id = fields.UUID(required=True)
    contact = fields.Nested(ContactInput)


class SuccessorInput(Schema):
    """Who takes over a role that ends with the change."""

    role_grant_id = fields.UUID(required=True)
    employee_id = fields.UUID(required=True)


class EmployeeChange(FactsInput):
    said_apart = ("source", "as_of", "successors")
    active = Truth()
    successors = fields.List(
        fields.Nested(SuccessorInput), load_default=list, validate=validate.Length(max=50)
    )

    @pre_load
    def _without_nip(self, given: Any, **_: Any) -> Any:
        if isinstance(given, dict) and "nip" in given:
            raise ValidationError({"nip": [_NIP_ELSEWHERE]})
        return given


class DepartureQuery(Schema):
    """With `unit_id`: of a move to that unit."""

    unit_id = fields.UUID(load_default=None)


class NipChange(FactsInput):
    """Another NIP, why and by which document; facts that change with it are told along."""

    class Meta:
        exclude = ("name", "title_prefix", "title_suffix", "unit_id")

    said_apart = ("nip", "reason", "source", "as_of")
    nip = Exact(required=True, validate=_NIP)
    reason = Exact(
        required=True,
        validate=validate.OneOf(REASONS),
        metadata={
            "description": "correction: it was wrong from the beginning; cpns_appointment: a PPPK"
            " became CPNS"
        },
    )


class EmployeeRow(NewEmployee):
    """A row of an imported table."""

    active = Truth()


class NipQuery(Schema):
    """In the body, because an NIP has no place in an address that logs keep."""

    nip = Exact(required=True, validate=_NIP)


class NewRecovery(NipQuery):
    """`contact_lost`: the verified contact does not reach its owner any more."""

    resets = Exact(required=True, validate=validate.OneOf([*Resets]))
    contact_lost = Truth(load_default=False)


class RecoveryStop(Schema):
    """An officer who did not confirm the recovery says why."""

    reason = Prose(LONGEST_REASON, may_be_empty=True, load_default="")


class NewUnit(Schema):
    code = Code(r"^[a-z0-9][a-z0-9-]{0,38}$", required=True)
    name = Name(LONGEST_NAME, required=True)
    kind = Exact(required=True, validate=validate.OneOf(["opd", "unit", "division"]))
    parent_id = fields.UUID(required=True)
    bkpsdm = Truth(load_default=False)


class UnitRow(NewUnit):
    """A row of an imported table."""

    active = Truth()


class UnitChange(Schema):
    name = Name(LONGEST_NAME)
    active = Truth()


class UnitFilter(PageArgs):
    q = Words(shortest=1, load_default=None)
    kind = Exact(load_default=None, validate=validate.OneOf(["region", "opd", "unit", "division"]))
    parent_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NewRoleGrant(Schema):
    employee_id = fields.UUID(required=True)
    role = Exact(required=True, validate=KnownRole())
    unit_id = fields.UUID(load_default=None, allow_none=True)
    acting = Exact(load_default="definitive", validate=validate.OneOf(ACTING))
    starts_on = Day(required=True)
    ends_on = Day(load_default=None, allow_none=True)


class GrantEnd(Schema):
    """Without `ends_on` the role ends at once."""

    ends_on = Day(load_default=None, allow_none=True)


class GrantProlongation(Schema):
    ends_on = Day(required=True)


class RoleGrantFilter(PageArgs):
    employee_id = fields.UUID(load_default=None)
    role = Exact(load_default=None, validate=KnownRole())
    unit_id = fields.UUID(load_default=None)
    active = fields.Boolean(load_default=None)


class NewDelegation(Schema):
    role = Exact(required=True, validate=KnownRole())
    unit_id = fields.UUID(load_default=None, allow_none=True)
    from_employee_id = fields.UUID(required=True)
    to_employee_id = fields.UUID(required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    layanan = fields.List(
        Exact(validate=validate.Length(min=1, max=40)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=50),
    )


class DelegationFilter(PageArgs):
    involving = fields.UUID(load_default=None)
    role = Exact(load_default=None, validate=KnownRole())
    active = fields.Boolean(load_default=None)


class RegionChange(Schema):
    totp_roles = fields.List(
        Exact(validate=validate.Length(min=1, max=24)),
        validate=validate.Length(max=20),
    )
    deputies = fields.Dict(
        keys=Exact(validate=KnownRole()),
        values=fields.List(Exact(validate=KnownRole()), validate=validate.Length(min=1, max=20)),
        metadata={"description": "for each role, the roles whose holders stand in across OPDs"},
    )
    idle_minutes = Whole(
        allow_none=True,
        validate=validate.Range(min=0, max=480),
        metadata={"description": "When an unused officer's session ends; 0: never, null: default"},
    )


class TotpCode(Schema):
    code = Exact(required=True, validate=validate.Length(min=6, max=10))
    password = Exact(required=True, validate=validate.Length(min=1, max=200))


class SecurityLimitsChange(Schema):
    """How many are too many, by threshold."""

    limits = fields.Dict(
        keys=Exact(validate=validate.OneOf(list(THRESHOLDS))),
        values=Whole(validate=validate.Range(min=1, max=MOST)),
        required=True,
    )
