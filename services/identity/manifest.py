"""What the rest of the system may know of identity."""

from collections.abc import Iterator
from typing import Any

from chassis.kernel.roles import Role
from chassis.process.config import RECEIPT_KEYS, Setting, at_least, long_secret
from chassis.process.manifest import MEBIBYTE, Manifest, Notice, Route

# The offices of a regional government, which several services decide with. A role of one service
# alone is brought by that service; the assessors and the complaint officers are here until theirs
# exist. `opd_head` of BKPSDM and `bkpsdm_head` are two grants, usually held by one person: one
# decides for the OPD's own staff, the other for the region.
ROLES = (
    Role("umpeg", {"id": "Admin Umpeg", "en": "Umpeg officer"}, "opd", delegable=True),
    Role("opd_head", {"id": "Kepala OPD", "en": "Head of the OPD"}, "opd", head=True),
    Role("opd_secretary", {"id": "Sekretaris OPD", "en": "Secretary of the OPD"}, "opd", head=True),
    Role(
        "bkpsdm_admin",
        {"id": "Admin BKPSDM", "en": "BKPSDM officer"},
        "division",
        of_bkpsdm=True,
        delegable=True,
    ),
    Role(
        "division_head",
        {"id": "Kepala Bidang BKPSDM", "en": "Head of a BKPSDM division"},
        "division",
        of_bkpsdm=True,
        head=True,
    ),
    Role(
        "bkpsdm_secretary",
        {"id": "Sekretaris BKPSDM", "en": "Secretary of BKPSDM"},
        "opd",
        of_bkpsdm=True,
        head=True,
    ),
    Role(
        "bkpsdm_head",
        {"id": "Kepala BKPSDM", "en": "Head of BKPSDM"},
        "opd",
        of_bkpsdm=True,
        head=True,
    ),
    Role("sekda", {"id": "Sekretaris Daerah", "en": "Regional secretary"}, head=True),
    Role("award_assessor", {"id": "Tim Penilai Penghargaan", "en": "Award assessor"}),
    Role("complaint_officer", {"id": "Petugas Pengaduan", "en": "Complaint officer"}),
    Role("auditor", {"id": "Auditor", "en": "Auditor"}),
    Role("sysadmin", {"id": "Administrator Sistem", "en": "System administrator"}),
)

# The database itself refuses to forget a security event earlier.
SECURITY_EVENTS_LEAST_DAYS = 90
SECURITY_EVENTS_DAYS = Setting(
    "SECURITY_EVENTS_DAYS",
    default="730",
    parse=at_least(SECURITY_EVENTS_LEAST_DAYS),
    help="For how many days security events are kept; at least"
    f" {SECURITY_EVENTS_LEAST_DAYS}, which the database holds too.",
)

_OUT = ("email", "whatsapp")
# Who stopped a recovery: only of one that was, and not by the previous release.
_STOPPED = ("stopped_as", "actor_id", "stop_reason")


def _recovery(name: str, to: str, text: str, **more: Any) -> Notice:
    event = "account_recovery.changed.v1"
    told = {"text": text, "compulsory": True, "may_lack": _STOPPED, **more}
    return Notice(event, f"recovery_{name}", to, **told)


def _sealed(event: str, text: str) -> Iterator[Notice]:
    """To one address by one channel: whom the event names under the key of that channel."""
    for channel, key in (("email", "mail_to"), ("whatsapp", "whatsapp_to")):
        yield Notice(
            event,
            f"{text}_by_{channel}",
            key,
            channels=(channel,),
            text=text,
            compulsory=True,
            sealed=True,
        )


MANIFEST = Manifest(
    name="identity",
    title={"id": "Identitas", "en": "Identity"},
    routes=(
        Route("/api/identity/"),
        # A table of at most 5 MB and what multipart puts around it.
        Route("/api/identity/v1/imports", max_body=6 * MEBIBYTE, rate=10.0, burst=40),
        Route("/oauth/", max_body=16_384),
        Route("/.well-known/", max_body=1_024),
        Route("/masuk", max_body=16_384, rate=20.0, burst=60, at_once=4),
    ),
    settings=(
        Setting(
            "SECRET_KEY",
            parse=long_secret,
            generated=True,
            help="Seals TOTP secrets and signing keys; losing it means enrolling everybody again.",
        ),
        Setting(
            "PASSWORD_MEMORY_KIB",
            default="65536",
            parse=at_least(1024),
            help="Memory one password hash takes (argon2id); less only where tests must be quick.",
        ),
        Setting(
            "IDLE_MINUTES",
            default="15",
            parse=at_least(0),
            help="After how many minutes without use an officer is signed out, where the region"
            " does not say otherwise; 0: never.",
        ),
        Setting(
            "IDLE_MINUTES_SHARED",
            default="5",
            parse=at_least(0),
            help="The same for whoever said at the sign-in that others use the computer.",
        ),
        Setting(
            "PASSWORD_AT_ONCE",
            default="2",
            parse=at_least(1),
            help="How many passwords are hashed at once in one process; the others queue.",
        ),
        Setting(
            "DELEGATION_MONTHS",
            default="3",
            parse="services.identity.domain.delegations:months",
            help="How many months a delegation lasts at most, 1 to 12.",
        ),
        Setting(
            "CLIENT_SECRET_{client}",
            default="",
            generated=True,
            help="The secret with which {client} signs in to call others.",
        ),
        Setting(
            "RECOVERY_WAIT_HOURS",
            default="24",
            parse=at_least(1),
            help="Hours in which an owner can object before two officers give an account back,"
            " and in which it decides nothing.",
        ),
        Setting(
            "RECOVERY_BOTH_DAYS",
            default="30",
            parse=at_least(1),
            help="Days in which whoever helped with a person's password does not help with the"
            " second factor, and the other way round.",
        ),
        Setting(
            "RECOVERY_HAND_DAYS",
            default="30",
            parse=at_least(1),
            help="Days that account and role of two officers must be old to confirm together where"
            " both owe them to the same person.",
        ),
        RECEIPT_KEYS,
        SECURITY_EVENTS_DAYS,
    ),
    hears=("security.noted.v1",),
    notices=(
        Notice("device.added.v1", "device_added", "employee_id", compulsory=True),
        Notice("delegation.given.v1", "delegation_given", "told_ids"),
        Notice("delegation.ended.v1", "delegation_ended", "told_ids"),
        *_sealed("contact_code.sent.v1", "contact_code"),
        *_sealed("contact.replaced.v1", "contact_replaced"),
        *_sealed("recovery_link.sent.v1", "recovery_link"),
        _recovery("here", "owner_id", "recovery_own", channels=("in_app",)),
        _recovery("letter", "letter_to", "recovery_stoppable", channels=_OUT, sealed=True),
        _recovery("ended", "ended_for", "recovery_own", channels=_OUT),
        _recovery("told", "told_ids", "recovery_told"),
        Notice("nip.replaced.v1", "nip_replaced", "employee_id", compulsory=True),
        Notice(
            "security.alarmed.v1",
            "security_alarm",
            "recipient_ids",
            channels=("in_app", "email"),
        ),
    ),
    calls={"documents": ("documents.make",)},
    roles=ROLES,
    seed="services.identity.seeds.installation:seed",
    demo_seed="services.identity.seeds.demo:seed",
    init="services.identity.seeds.first_run:init",
)
