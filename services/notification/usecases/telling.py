"""Turns events into notices: whom each rule names, the finished texts, one delivery a channel.

It runs inside the transaction that marks the events as handled, and only writes rows; sending is
the sender's work. Whatever is missing stops the whole event: no half text, no half audience.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
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
from services.notification.usecases.offices import Names, Office, meant_in, names_of, office
from services.notification.usecases.rules import Rule
from services.notification.usecases.taking import topic_of
from services.notification.usecases.wording import own_templates

_Key = tuple[UUID, str, str, UUID]  # of a notice: there is never another one with the same


@dataclass(frozen=True)
class _Telling:
    """One rule's part of an event: whom it tells, and whom the text means by its names."""

    event: Event
    rule: Rule
    own: Template | None
    people: Collection[UUID]
    wanted: Collection[str]
    meant: Mapping[str, UUID | None]


def tell(events: Sequence[Event], *, rules: tuple[Rule, ...]) -> None:
    """Write the notices of events, each once however often an event comes.

    Raises `Unprocessable` (parked, with what must be mended) for a text that cannot be whole,
    `NotYetKnown` (tried again) while the recipient or the region is not known here.
    """
    told = [
        (event, rule, people)
        for event in events
        for rule in rules
        if (people := _people(event, rule))
    ]
    if not told:
        return
    at, own, already = office(), own_templates(rules), _told_already(events)
    tellings = [_telling(*one, own.get(one[1].key)) for one in told]
    everybody = {person for telling in tellings for person in telling.people}
    names = names_of(everybody, [telling.meant for telling in tellings])
    notices = [notice for telling in tellings for notice in _notices(telling, at, names)]
    _write([notice for notice in notices if _key(notice) not in already])


def _people(event: Event, rule: Rule) -> list[UUID]:
    with _mended_in(rule):
        return recipients(rule.notice.to, event.data)


def _telling(event: Event, rule: Rule, people: Collection[UUID], own: Template | None) -> _Telling:
    wanted = shown_facts(rule.template) | shown_facts(own or {})
    with _mended_in(rule):
        return _Telling(event, rule, own, people, wanted, meant_in(event.data, wanted))


def _notices(telling: _Telling, at: Office, names: Names) -> Iterator[dict[str, Any]]:
    event, rule = telling.event, telling.rule
    with _mended_in(rule), event.as_cause():
        of_event = {**at.facts(event.subject), **names.of_event(telling.meant)}
        for person in telling.people:
            added: dict[str, str | None] = dict(of_event)
            if rule.notice.sealed:
                added[SECRET] = SEALED
            if "recipient_name" in telling.wanted:
                added["recipient_name"] = names.of(person)
            facts = Facts(event.data, added, rule.labels, at.zone, rule.notice.may_lack)
            yield _notice(event, rule, person, at, _texts(rule, telling.own, facts))


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


def _told_already(events: Sequence[Event]) -> set[_Key]:
    told = select(Notice.event_id, Notice.service, Notice.rule, Notice.recipient_id)
    rows = db.session.execute(told.where(Notice.event_id.in_([event.id for event in events])))
    return {(row.event_id, row.service, row.rule, row.recipient_id) for row in rows}


def _key(notice: Mapping[str, Any]) -> _Key:
    return notice["event_id"], notice["service"], notice["rule"], notice["recipient_id"]
