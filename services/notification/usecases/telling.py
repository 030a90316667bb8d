"""Turns an event into notices: whom each rule names, the finished texts, one delivery a channel.

It runs inside the transaction that marks the event as handled, and only writes rows; sending is
the sender's work. Whatever is missing stops the whole event: no half text, no half audience.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.events.envelope import Event
from chassis.events.inbox import Unprocessable
from chassis.process.clock import now
from chassis.process.ids import uuid7
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
from services.notification.usecases.offices import Office, names_in, office
from services.notification.usecases.rules import Rule
from services.notification.usecases.sending import topic_of
from services.notification.usecases.wording import own_templates


def tell(event: Event, rules: tuple[Rule, ...]) -> None:
    """Write the notices of an event, each once however often the event comes.

    Raises `Unprocessable` (parked, with what must be mended) for a text that cannot be whole,
    `NotYetKnown` (tried again) while the recipient or the region is not known here.
    """
    told = [(rule, people) for rule in rules if (people := _people(event, rule))]
    if not told:
        return
    at, own, already = office(), own_templates([rule for rule, _ in told]), _told_already(event)
    notices = [
        notice
        for rule, people in told
        for notice in _notices(event, rule, own.get(rule.key), at, people)
        if (rule.key, notice["recipient_id"]) not in already
    ]
    _write(notices)


def _people(event: Event, rule: Rule) -> list[UUID]:
    with _mended_in(rule):
        return recipients(rule.notice.to, event.data)


def _notices(
    event: Event, rule: Rule, own: Template | None, at: Office, people: Collection[UUID]
) -> Iterator[dict[str, Any]]:
    with _mended_in(rule):
        wanted = shown_facts(rule.template) | shown_facts(own or {})
        names = names_in(wanted, event.data, people)
        for person in people:
            added: dict[str, str | None] = {**at.facts(event.subject), **names.of_event}
            if rule.notice.sealed:
                added[SECRET] = SEALED
            if "recipient_name" in wanted:
                added["recipient_name"] = names.of(person)
            facts = Facts(event.data, added, rule.labels, at.zone, rule.notice.may_lack)
            yield _notice(event, rule, person, at, _texts(rule, own, facts))


@contextmanager
def _mended_in(rule: Rule) -> Iterator[None]:
    try:
        yield
    except UnrenderableNotice as error:
        raise Unprocessable(f"{rule.service}, notice {rule.notice.name}: {error}") from error


def _texts(rule: Rule, own: Template | None, facts: Facts) -> dict[str, Text]:
    """Fill the region's own words, or the built-in ones where its own can no longer be whole."""
    if own is not None:
        try:
            return render(own, facts)
        except UnrenderableNotice as error:
            told = {"service": rule.service, "notice": rule.notice.name, "error": str(error)}
            log.warning("own_words_unusable", **told)
    return render(rule.template, facts)


def _notice(
    event: Event, rule: Rule, person: UUID, at: Office, texts: dict[str, Text]
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "event_id": event.id,
        "event_type": event.type,
        "subject": event.subject,
        "service": rule.service,
        "rule": rule.notice.name,
        "recipient_id": person,
        "in_app": IN_APP in rule.notice.channels,
        "channels": list(dict.fromkeys(rule.notice.channels)),
        "texts": {language: asdict(text) for language, text in texts.items()},
        "sender": at.sender,
        "happened_at": event.time,
    }


def _write(notices: list[dict[str, Any]]) -> None:
    if notices:
        of_channels = [(one["id"], channel) for one in notices for channel in one["channels"]]
        db.session.execute(insert(Notice), notices)
        deliveries = [_delivery(*one) for one in of_channels]
        # Those that are over at once have an end, the others have none: one statement for both.
        db.session.execute(insert(Delivery), deliveries, execution_options={"render_nulls": True})


def _delivery(notice_id: UUID, channel: str) -> dict[str, Any]:
    state, reason = "pending", ""
    if channel == IN_APP:
        state = "sent"
    elif channel not in installed():
        state, reason = "skipped", "no_channel"
    else:
        here().wake_at_commit(topic_of(channel))
    return {
        "notice_id": notice_id,
        "channel": channel,
        "state": state,
        "reason": reason,
        "finished_at": None if state == "pending" else now(),
    }


def _told_already(event: Event) -> set[tuple[tuple[str, str], UUID]]:
    told = select(Notice.service, Notice.rule, Notice.recipient_id)
    rows = db.session.execute(told.where(Notice.event_id == event.id))
    return {((row.service, row.rule), row.recipient_id) for row in rows}
