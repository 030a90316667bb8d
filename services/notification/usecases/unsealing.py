"""What a message says and this service must not keep: asked of its owner at each try.

A restart between two steps asks again. What has expired, or was used, is not sent any more.
"""

from dataclasses import dataclass
from uuid import UUID

from chassis.http.peers import PeerUnavailable
from chassis.process import manifest
from chassis.process.runtime import here

_FOUND, _MISSING = 200, 404


@dataclass(frozen=True)
class Letter:
    """Whose it is, and by which id the owner knows it."""

    service: str
    id: UUID


@dataclass(frozen=True)
class Opened:
    """What it says. With a channel it goes to that address only, whatever the contact is now."""

    secret: str
    channel: str | None = None
    address: str | None = None


def rule_named(service: str, name: str) -> manifest.Notice | None:
    """Return the rule that a notice came from, while it is installed."""
    owner = here().manifests.get(service)
    notices = owner.notices if owner else ()
    return next((notice for notice in notices if notice.name == name), None)


def letter_of(service: str, notice: str, subject: str) -> Letter | None:
    """Say which letter a notice brings, if its rule is sealed: the event's subject names it."""
    rule = rule_named(service, notice)
    if rule is None or not rule.sealed:
        return None
    return Letter(service, UUID(subject.rpartition("/")[2]))


def opened(letter: Letter) -> Opened | None:
    """Ask the owner for a letter; None when it is gone. Raises `PeerUnavailable`."""
    answer = here().peers[letter.service].get(f"/api/{letter.service}/v1/letters/{letter.id}")
    if answer.status == _MISSING:
        return None
    if answer.status != _FOUND:
        raise PeerUnavailable(peer=letter.service)
    told = answer.json()
    return Opened(told["secret"], told.get("channel"), told.get("address"))
