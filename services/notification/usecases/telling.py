"""Turns an event into notices: whom each rule names, the finished texts, one delivery a channel.

It runs inside the transaction that marks the event as handled, and only writes rows; sending is
the sender's work. Whatever is missing stops the whole event: no half text, no half audience.
"""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import select

from chassis.events.envelope import Event
from chassis.events.inbox import Unprocessable
from chassis.process.clock import now
from chassis.process.runtime import here
from chassis.process.telemetry import log
from chassis.process.texts import Template
from services.notification.adapters.registry import IN_APP, installed
from services.notification.domain.recipients import recipients
from services.notification.domain.rendering import (
    SEALED,
    SECRET,
    Facts,
    Text,
    UnrenderableNotice,
    render,
    shown_facts,
)
from services.notification.models import Delivery, Notice, db
from services.notification.usecases.offices import Office, name_of, names_in, office
from services.notification.usecases.rules import Rule
from services.notification.usecases.sending import topic_of
from services.notification.usecases.wording import own_template


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
    at, own = office(), own_template(rule)
    for person in people:
        if not _told_already(event, rule, person):
            facts = _facts(event, rule, own, person, at)
            _write(event, rule, person, at, _texts(rule, own, facts))


def _facts(event: Event, rule: Rule, own: Template | None, person: UUID, at: Office) -> Facts:
    wanted = shown_facts(rule.template) | shown_facts(own or {})
    added = {**at.facts(event.subject), **names_in(wanted, event.data)}
    if rule.notice.sealed:
        added[SECRET] = SEALED
    if "recipient_name" in wanted:
        added["recipient_name"] = name_of(person)
    return Facts(event.data, added, rule.labels, at.zone, rule.notice.may_lack)


def _texts(rule: Rule, own: Template | None, facts: Facts) -> dict[str, Text]:
    """Fill the region's own words, or the built-in ones where its own can no longer be whole."""
    if own is not None:
        try:
            return render(own, facts)
        except UnrenderableNotice as error:
            told = {"service": rule.service, "notice": rule.notice.name, "error": str(error)}
            log.warning("own_words_unusable", **told)
    return render(rule.template, facts)


def _write(event: Event, rule: Rule, person: UUID, at: Office, texts: dict[str, Text]) -> None:
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
        sender=at.sender,
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
    else:
        here().wake_at_commit(topic_of(channel))
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
