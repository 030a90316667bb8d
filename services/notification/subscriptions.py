"""What this service hears: identity's people for its copies, and the events of every notice rule.

The rules come from the manifests of all installed services, so a new service's notices work
without an edit here. Old events rebuild the copies; old notices are listed, not sent again.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, cast

from marshmallow import ValidationError, fields
from sqlalchemy.orm import Session

from chassis.events.inbox import EventData, Hearing, hear_together
from chassis.http.values import Truth
from chassis.process.manifest import Manifest
from services.notification.domain.named import NAMED
from services.notification.domain.recipients import recipients
from services.notification.domain.rendering import (
    FRAME,
    SECRET,
    UnrenderableNotice,
    shown_facts,
)
from services.notification.domain.words import NotShowable, in_words
from services.notification.models import EMPLOYEE_WORDS, PEOPLE, Employee
from services.notification.usecases.reaching import note_contact_versions
from services.notification.usecases.rules import Rule, invalid, rule_of
from services.notification.usecases.telling import tell
from staff import keeping
from staff.hearing import ContactData
from staff.snapshot import DEFAULT_ZONE
from staff.tables import Change


def _found_by_words(session: Session, changes: Sequence[Change]) -> None:
    if employees := [change.row for change in changes if isinstance(change.row, Employee)]:
        EMPLOYEE_WORDS.write(session, *employees)


HEARD: dict[str, Hearing] = {
    **keeping.heard(PEOPLE, changed=_found_by_words),
    "employee.contact_changed.v1": hear_together(
        note_contact_versions, replay="rebuild", reads=ContactData()
    ),
}


def heard(manifests: Mapping[str, Manifest]) -> dict[str, Hearing]:
    """Return every subscription: the copies, and one handler per event that somebody is told of.

    Raises `NoticeRuleInvalid` for a rule with no text or a broken one, and for one about an event
    that is copied here (its history must be replayed, a notice's must not).
    """
    rules: dict[str, list[Rule]] = {}
    for manifest in manifests.values():
        for notice in manifest.notices:
            if notice.event in HEARD:
                fault = f"{notice.event} is only copied here, nobody can be told of it"
                raise invalid(manifest, notice, fault)
            rules.setdefault(notice.event, []).append(rule_of(manifest, notice))
    hearings = {
        event: hear_together(
            partial(tell, rules=tuple(of_event)), replay="skip", reads=_reads(of_event)
        )
        for event, of_event in rules.items()
    }
    return {**hearings, **HEARD}


def _reads(rules: Collection[Rule]) -> EventData:
    """Whom the rules tell, whether the event is sensitive, and the facts their texts show.

    What a region's own words speak of is not among them: it must not park an event.
    """
    shown = {name for rule in rules for name in shown_facts(rule.template)} - {SECRET}
    recipients_of = {rule.notice.to for rule in rules}
    members: dict[str, Any] = {
        **{
            name: fields.Raw(allow_none=True, validate=_showable)
            for name in shown - FRAME - NAMED.keys()
        },
        "sensitive": Truth(),
        **{name: _people(name) for name in recipients_of},
    }
    return cast(EventData, EventData.from_dict(members)())


def _people(name: str) -> fields.Field[Any]:
    def check(value: Any) -> None:
        try:
            recipients(name, {name: value})
        except UnrenderableNotice as error:
            raise ValidationError(str(error)) from error

    return fields.Raw(required=True, allow_none=True, validate=check)


def _showable(value: Any) -> None:
    try:
        in_words(value, "id", DEFAULT_ZONE)
    except NotShowable as error:
        raise ValidationError(f"not something to show: {error}") from error
