"""Turns an event into notices: whom each rule names, the finished texts, one delivery a channel.

It runs inside the transaction that marks the event as handled, and only writes rows; sending is
the sender's work. Whatever is missing stops the whole event: no half text, no half audience.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.events.envelope import Event
from chassis.events.inbox import Unprocessable
from chassis.kernel.text import shown_line
from chassis.process import manifest, texts
from chassis.process.clock import now
from chassis.process.runtime import here
from services.notification.adapters.registry import IN_APP, installed
from services.notification.domain.recipients import recipients
from services.notification.domain.rendering import (
    Facts,
    Text,
    UnrenderableNotice,
    placeholders,
    render,
)
from services.notification.models import PEOPLE, Delivery, Notice, Unit, db
from staff.snapshot import DEFAULT_ZONE


class NotYetKnown(Exception):
    """A copy the text needs has not arrived yet; the event is tried again on its schedule."""


@dataclass(frozen=True)
class Rule:
    """A notice rule and the service whose manifest brought it."""

    service: str
    notice: manifest.Notice
    template: texts.Template
    labels: Mapping[str, Mapping[str, texts.Text]]


@dataclass(frozen=True)
class Office:
    """What a text says of the region: its name, its zone, and the line it is signed with."""

    name: str
    zone: str
    sender: str


def tell(event: Event, rules: tuple[Rule, ...]) -> None:
    """Write the notices of an event, each once however often the event comes.

    Raises `Unprocessable` (parked, with what must be mended) for a text that cannot be whole,
    `NotYetKnown` (tried again) while the recipient or the region is not known here.
    """
    for rule in rules:
        try:
            _apply(event, rule)
        except UnrenderableNotice as error:
            raise Unprocessable(f"{rule.service}, notice {rule.notice.name}: {error}") from error


def _apply(event: Event, rule: Rule) -> None:
    people = recipients(rule.notice.to, event.data)
    if not people:
        return
    office = _office()
    for person in people:
        if not _told_already(event, rule, person):
            _write(event, rule, person, office, _texts(event, rule, person, office))


def _texts(event: Event, rule: Rule, person: UUID, office: Office) -> dict[str, Text]:
    added = {
        "region_name": office.name,
        "sender": office.sender,
        "app_url": here().settings.public_url,
    }
    if "recipient_name" in placeholders(rule.template):
        added["recipient_name"] = _name_of(person)
    facts = Facts(data=event.data, added=added, labels=rule.labels, zone=office.zone)
    return render(rule.template, facts)


def _write(event: Event, rule: Rule, person: UUID, office: Office, texts: dict[str, Text]) -> None:
    notice = Notice(
        event_id=event.id,
        event_type=event.type,
        subject=event.subject,
        service=rule.service,
        rule=rule.notice.name,
        recipient_id=person,
        in_app=IN_APP in rule.notice.channels,
        channels=list(dict.fromkeys(rule.notice.channels)),
        texts={language: asdict(text) for language, text in texts.items()},
        sender=office.sender,
        happened_at=event.time,
    )
    db.session.add(notice)
    db.session.flush()
    for channel in notice.channels:
        db.session.add(_delivery(notice.id, channel))


def _delivery(notice_id: UUID, channel: str) -> Delivery:
    delivery = Delivery(notice_id=notice_id, channel=channel)
    if channel == IN_APP:
        delivery.state, delivery.finished_at = "sent", now()
    elif channel not in installed():
        delivery.state, delivery.reason, delivery.finished_at = "skipped", "no_channel", now()
    return delivery


def _told_already(event: Event, rule: Rule, person: UUID) -> bool:
    language_of = db.session.scalar(
        select(Notice.id).where(
            Notice.event_id == event.id,
            Notice.recipient_id == person,
            Notice.service == rule.service,
            Notice.rule == rule.notice.name,
        )
    )
    return language_of is not None


def _name_of(person: UUID) -> str:
    name = PEOPLE.names([person]).get(person)
    if name is None:
        raise NotYetKnown(f"no copy of employee {person} yet")
    return shown_line(name)


def _office() -> Office:
    region = db.session.scalar(select(Unit).where(Unit.kind == "region"))
    if region is None:
        raise NotYetKnown("no copy of the region's own unit yet")
    bkpsdm = db.session.scalar(
        select(Unit)
        .where(Unit.kind == "opd", Unit.bkpsdm.is_(True), Unit.active.is_(True))
        .order_by(Unit.id)
    )
    name = shown_line(region.name)
    return Office(name=name, zone=region.zone or DEFAULT_ZONE, sender=_sender(name, bkpsdm))


def _sender(region_name: str, bkpsdm: Unit | None) -> str:
    if bkpsdm is None:
        return region_name
    office = shown_line(bkpsdm.name)
    return office if region_name in office else f"{office} {region_name}"
