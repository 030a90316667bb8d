"""What concerns the safety of accounts and data is noted once, the same way in every service.

A note is an event in the outbox of whoever notes it, with ids and codes only: no name, NIP, contact
or address. Identity keeps the notes of all services, for the auditor of the region.
"""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.facts import Example, Facts
from chassis.events.outbox import record
from chassis.http.auth import asking
from chassis.process import regions
from chassis.process.ids import uuid7

_LONGEST_THING = 120


class Kind(StrEnum):
    """What a note is about. Who reads notes knows these; a later release may send more."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_LOCKED = "sign_in_locked"
    NEW_DEVICE = "new_device"
    RECOVERY = "recovery"
    FACTOR = "factor"
    PASSWORD = "password"  # noqa: S105 - a kind
    SESSION = "session"
    NIP = "nip"
    ROLE = "role"
    DELEGATION = "delegation"
    CLIENT = "client"
    ACCESS_REFUSED = "access_refused"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a kind
    EXPORT = "export"
    BULK_VIEW = "bulk_view"
    IMPORT = "import"
    SETTING = "setting"
    INFECTED_FILE = "infected_file"


class SecurityNoted(Facts, event="security.noted.v1", about="security_event"):
    """Something that concerns the safety of accounts and data; every service publishes it."""

    id: UUID
    kind: Annotated[
        str,
        "One of `chassis.events.security.Kind`; a later release may send more.",
        {"pattern": "^[a-z][a-z_]{1,30}$"},
        Example("role"),
    ]
    why: Annotated[
        str,
        "What happened, or why: a code.",
        {"pattern": "^[a-z][a-z0-9_]{0,62}$"},
        Example("granted"),
    ]
    actor_id: Annotated[UUID | None, "The person who acted; null for an application or nobody."]
    client_id: Annotated[
        str | None, "The application that the request came from.", Example("portal")
    ]
    person_id: Annotated[UUID | None, "The person whom it is about."]
    thing: Annotated[
        str, "What it is about, as `kind/id`, or empty.", {"maxLength": 120}, Example("role/1")
    ]
    origin: Annotated[
        str,
        "Where it came from, as a keyed mark that tells no address, or empty.",
        {"maxLength": 64},
        Example(""),
    ]
    amount: Annotated[int, "How often it happened, or how many rows.", {"minimum": 1}]


def note(  # noqa: PLR0913 - a note says one thing in full
    kind: Kind | str,
    why: str,
    *,
    person: UUID | None = None,
    thing: str = "",
    origin: str = "",
    amount: int = 1,
    actor: UUID | None = None,
    region: str | None = None,
) -> Event:
    """Note a security event inside the transaction of what it tells of.

    `why` is a code in lower case; `person` is whom it is about, `thing` is `kind/id`. Who acts is
    read from the request; work without one (a job, a sign-in) says `actor`. Without a region, and
    with none bound, it concerns all. Raises `NotInTransaction` and `ContractBroken`.
    """
    who = asking()
    told = SecurityNoted(
        id=uuid7(),
        kind=str(Kind(kind)),
        why=why,
        actor_id=actor or (who.person_id if who else None),
        client_id=who.client_id if who else None,
        person_id=person,
        thing=thing[:_LONGEST_THING],
        origin=origin,
        amount=amount,
    )
    return tell(told, region or regions.bound() or regions.ALL)


def tell(told: SecurityNoted, region: str) -> Event:
    """Record a note that is made already; `note` is what a use case calls."""
    return record(told.event(told.id, 1, region=region))


def noted(**facts: Any) -> SecurityNoted:
    """Make a note of which most is unknown: what was counted, not done."""
    empty: dict[str, Any] = {
        "actor_id": None,
        "client_id": None,
        "person_id": None,
        "thing": "",
        "origin": "",
    }
    return SecurityNoted(**{**empty, "id": uuid7(), **facts})
