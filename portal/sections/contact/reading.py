"""Where a person is reached, and what does not reach them, from the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.kernel.contacts import NoMobile, mobile_number
from chassis.kernel.errors import Invalid
from portal.shell.api_client import ApiRefused, ApiUnavailable, Reply
from portal.shell.signed_in import api
from portal.shell.words import language

CONTACT = "/api/identity/v1/me/contact"
CODE, VERIFY = f"{CONTACT}/code", f"{CONTACT}/verify"
PREFERENCES = "/api/notification/v1/preferences"
UNREACHED = "/api/notification/v1/unreached"
ON_THE_FIRST_PAGE = "5"
PAGE_SIZE = "20"
NOT_YOURS = 403


def contact() -> Reply:
    return api().load(CONTACT)


@dataclass(frozen=True)
class Proof:
    """Whether an address is proved to be the person's; `awaited`: a code is on its way there."""

    channel: str
    address: str
    since: str | None
    awaited: bool


def proofs(contact: Mapping[str, str | None], awaited: str | None) -> list[Proof]:
    """Say of each saved address whether it is verified; not of what is only typed."""
    found = []
    for channel, name in (("email", "email"), ("whatsapp", "phone")):
        address, since = contact.get(name), contact.get(f"{name}_verified_at")
        if address and f"{name}_verified_at" in contact:
            found.append(Proof(channel, address, since, awaited=channel == awaited))
    return found


def troubles() -> list[Any]:
    """Say which channels do not reach me; none while nobody can tell."""
    try:
        return list(api().get(PREFERENCES).get("unreached", ()))
    except ApiUnavailable:
        return []


def not_mobile(phone: str | None) -> str:
    """Say of a landline that WhatsApp does not reach it (R37); identity keeps it as a telephone."""
    try:
        mobile_number(phone or "")
    except NoMobile as refused:
        return refused.detail(language())
    except Invalid:
        pass  # none, or one that identity does not take and says why
    return ""


def unreached(q: str | None, cursor: str | None) -> Any:
    return api().get(UNREACHED, limit=PAGE_SIZE, q=q, cursor=cursor)


def does_not_arrive() -> dict[str, Any] | None:
    """Say what fails for me, and whom of my OPD nothing reaches; None when all is well."""
    mine, others = troubles(), _of_my_opd()
    return {"mine": mine, "others": others} if mine or others else None


def _of_my_opd() -> list[Any]:
    try:
        return list(api().get(UNREACHED, limit=ON_THE_FIRST_PAGE)["data"])
    except ApiRefused as refused:
        if refused.status != NOT_YOURS:
            raise
        return []
