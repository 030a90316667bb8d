"""What identity tells the others.

Each event carries the whole state, so the newest is enough.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.facts import Example, Facts, Said
from chassis.kernel.roles import Role
from services.identity.domain.alarms import THRESHOLDS
from services.identity.domain.contact_codes import MAIL, WHATSAPP
from services.identity.domain.golongan import pangkat_of
from services.identity.models import (
    AccountRecovery,
    Contact,
    ContactCode,
    Delegation,
    Employee,
    FormerNip,
    Region,
    RoleGrant,
    SecurityAlarm,
    SignInSession,
    Unit,
)

Jenjang = Literal[
    "pemula",
    "terampil",
    "mahir",
    "penyelia",
    "ahli_pertama",
    "ahli_muda",
    "ahli_madya",
    "ahli_utama",
]
Name = Annotated[str, {"minLength": 1}]


class EmployeeChanged(Facts, event="employee.changed.v1"):
    """The whole present state of an employee; contacts are never in it."""

    id: UUID
    nip: Annotated[str, {"pattern": "^[0-9]{18}$"}]
    name: Name
    title_prefix: str | None
    title_suffix: str | None
    kind: Literal["pns", "pppk"]
    cpns: bool
    jabatan: str | None
    jenis_jabatan: Literal["struktural", "jf", "pelaksana"] | None
    jenjang: Jenjang | None
    guru: bool
    golongan: str | None
    pangkat: str | None
    golongan_pertama: str | None
    unit_id: UUID
    opd_id: UUID
    tmt_cpns: date | None
    tmt_golongan: date | None
    tmt_jabatan: date | None
    tmt_kgb: date | None
    masuk_daerah: date | None
    masa_kerja_golongan_bulan: Annotated[int | None, {"minimum": 0}]
    active: bool
    sessions_revoked_at: datetime | None
    deciding_barred_until: datetime | None = None


class ContactChanged(Facts, event="employee.contact_changed.v1", about="employee_contact"):
    """A person's contacts changed; read them from the contacts API."""

    id: UUID
    version: Annotated[int, {"minimum": 1}]


class ContactCodeSent(Facts, event="contact_code.sent.v1"):
    """A code goes to an address, to prove it is the owner's; the subject names the letter."""

    mail_to: UUID | None
    whatsapp_to: UUID | None


class ContactReplaced(Facts, event="contact.replaced.v1"):
    """A verified address was replaced; the old one is told, in the letter of the subject."""

    mail_to: UUID | None
    whatsapp_to: UUID | None
    at: datetime


class RecoveryLinkSent(Facts, event="recovery_link.sent.v1"):
    """A link that brings an account back goes to its owner; the subject names the letter."""

    recovery_id: UUID
    mail_to: UUID | None
    whatsapp_to: UUID | None
    resets: Literal["password", "second_factor"]


class AccountRecoveryChanged(Facts, event="account_recovery.changed.v1"):
    """How a request to recover an account stands; its owner and the administrators are told.

    While it is open its owner is also sent a letter (`letter_to`) with which it is stopped.
    """

    owner_id: UUID
    letter_to: UUID | None
    ended_for: UUID | None
    told_ids: list[UUID]
    state: Literal["asked", "released", "used", "stopped"]
    resets: Literal["password", "second_factor"]
    asked_as: Annotated[str, Example("umpeg")]
    at: datetime
    ready_at: datetime | None
    stopped_as: Literal["owner", "hand", "sysadmin", "officer"] | None = None
    actor_id: Annotated[UUID | None, "Who stopped it, where it was not the owner."] = None
    stop_reason: str | None = None


class NipReplaced(Facts, event="nip.replaced.v1", about="former_nip"):
    """Somebody has another NIP than before, with which the person signs in: the person is told."""

    employee_id: UUID
    reason: Literal["correction", "cpns_appointment"]
    at: datetime


class UnitChanged(Facts, event="unit.changed.v1"):
    """The whole present state of a unit; zone only for the unit of kind region."""

    id: UUID
    code: str
    name: Name
    kind: Literal["region", "opd", "unit", "division"]
    parent_id: UUID | None
    opd_id: UUID | None
    bkpsdm: bool
    active: bool
    zone: str | None = None


class RoleChanged(Facts, event="role.changed.v1"):
    """Who holds a role, for which unit, as what and when. Heads are roles too."""

    id: UUID
    employee_id: UUID
    role: str
    unit_id: UUID | None
    acting: Literal["definitive", "plt", "plh", "pj", "tt"]
    starts_on: date
    ends_on: date | None
    active: bool


class DelegationChanged(Facts, event="delegation.changed.v1"):
    """A role's decisions handed to a colleague for some dates; layanan null = all."""

    id: UUID
    role: str
    unit_id: UUID | None
    from_employee_id: UUID
    to_employee_id: UUID
    starts_on: date
    ends_on: date
    layanan: list[str] | None
    active: bool


class SessionEnded(Facts, event="session.ended.v1"):
    """Tokens whose claim `sid` is this id are worth nothing from now on."""

    id: UUID
    employee_id: UUID
    ended_at: datetime


class DelegationGiven(Facts, event="delegation.given.v1"):
    """A role was handed to a colleague for some dates: whom it concerns is told."""

    id: UUID
    role: str
    role_title: Said
    from_employee_id: UUID
    to_employee_id: UUID
    unit_id: UUID | None
    starts_on: date
    ends_on: date
    told_ids: list[UUID]


class DelegationEnded(Facts, event="delegation.ended.v1"):
    """A delegation was ended before its last day: whom it concerned is told."""

    id: UUID
    role: str
    role_title: Said
    from_employee_id: UUID
    to_employee_id: UUID
    unit_id: UUID | None
    told_ids: list[UUID]


class SecurityAlarmed(Facts, event="security.alarmed.v1", about="security_alarm"):
    """Security events of a kind were too many; who they are of is read from identity."""

    alarm_id: UUID
    threshold: Annotated[str, Example("tokens_refused")]
    label: Annotated[Said, Example({"id": "Tanda masuk yang ditolak", "en": "Refused tokens"})]
    amount: Annotated[int, {"minimum": 1}, Example(300)]
    recipient_ids: Annotated[
        list[UUID], "The system administrators and auditors of the region.", {"uniqueItems": True}
    ]


class DeviceAdded(Facts, event="device.added.v1"):
    """Somebody signed in with a browser and from an address that were new to them."""

    id: UUID
    employee_id: UUID
    signed_in_at: Annotated[datetime, Example("2026-11-22T03:00:00+00:00")]


def employee_changed(employee: Employee) -> Event:
    return EmployeeChanged.of(employee, pangkat=pangkat_of(employee.golongan))


def contact_changed(contact: Contact) -> Event:
    told = ContactChanged(id=contact.employee_id, version=contact.version)
    return told.event(contact.employee_id, contact.version, region=contact.region)


def contact_code_sent(code: ContactCode) -> Event:
    told = ContactCodeSent(**_sent_to(code.employee_id, code.channel))
    return told.event(code.id, 1, region=code.region)


def contact_replaced(contact: Contact, letter_id: UUID, channel: str, *, at: datetime) -> Event:
    told = ContactReplaced(**_sent_to(contact.employee_id, channel), at=at)
    return told.event(letter_id, 1, region=contact.region)


def _sent_to(employee_id: UUID, channel: str) -> dict[str, UUID | None]:
    """Name the recipient under the key of one channel, so that the other tells nobody."""
    return {
        "mail_to": employee_id if channel == MAIL else None,
        "whatsapp_to": employee_id if channel == WHATSAPP else None,
    }


def recovery_link_sent(row: AccountRecovery, letter_id: UUID, channel: str) -> Event:
    sent = _sent_to(row.employee_id, channel)
    told = RecoveryLinkSent(recovery_id=row.id, resets=row.resets, **sent)  # type: ignore[arg-type]
    return told.event(letter_id, 1, region=row.region)


def recovery_changed(
    row: AccountRecovery, told_ids: list[UUID], *, at: datetime, is_open: bool
) -> Event:
    owner = row.employee_id
    return AccountRecoveryChanged.of(
        row,
        owner_id=owner,
        letter_to=owner if is_open else None,
        ended_for=None if is_open else owner,
        told_ids=told_ids,
        at=at,
        ready_at=row.ready_at if row.way == "two_hands" else None,
        actor_id=row.ended_by if row.stopped_as and row.ended_by != owner else None,
    )


def nip_replaced(former: FormerNip) -> Event:
    told = NipReplaced(
        employee_id=former.employee_id,
        reason=former.reason,  # type: ignore[arg-type]
        at=former.replaced_at,
    )
    return told.event(former.id, 1, region=former.region)


def unit_changed(unit: Unit, region: Region) -> Event:
    return UnitChanged.of(unit, zone=region.zone if unit.kind == "region" else None)


def role_changed(grant: RoleGrant) -> Event:
    return RoleChanged.of(grant)


def delegation_changed(delegation: Delegation) -> Event:
    return DelegationChanged.of(delegation)


def delegation_given(row: Delegation, role: Role, told: list[UUID]) -> Event:
    return DelegationGiven.of(row, role_title=_title(role), told_ids=told)


def delegation_ended(row: Delegation, role: Role, told: list[UUID]) -> Event:
    return DelegationEnded.of(row, role_title=_title(role), told_ids=told)


def _title(role: Role) -> Said:
    return Said(id=role.title["id"], en=role.title["en"])


def device_added(row: SignInSession) -> Event:
    """Tell of the device of a session, which is told by the session's id: it keeps no other."""
    told = DeviceAdded(id=row.id, employee_id=row.employee_id, signed_in_at=row.started_at)
    return told.event(row.id, 1, region=row.region)


def session_ended(session_id: UUID, employee_id: UUID, ended_at: datetime, *, region: str) -> Event:
    """Tell that a session is over; it ends once, so it has one version."""
    told = SessionEnded(id=session_id, employee_id=employee_id, ended_at=ended_at)
    return told.event(session_id, 1, region=region)


def security_alarmed(alarm: SecurityAlarm, recipients: Sequence[UUID]) -> Event:
    label = THRESHOLDS[alarm.threshold].label
    return SecurityAlarmed.of(
        alarm,
        alarm_id=alarm.id,
        label=Said(id=label["id"], en=label["en"]),
        recipient_ids=list(recipients),
    )
