"""What clients get: the shapes of answers, and how rows become them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema, VersionedView
from chassis.http.paging import page_schema
from chassis.kernel.languages import DEFAULT_LANGUAGE, LANGUAGES
from services.notification.adapters.channels import Channel
from services.notification.adapters.registry import IN_APP, installed
from services.notification.domain.forms import LETTER
from services.notification.domain.rendering import Text
from services.notification.domain.wishes import NAMED_IN_V1
from services.notification.domain.wording import ORDINARY, SENSITIVE
from services.notification.manifest import MANIFEST
from services.notification.models import ChannelTrouble, Employee, Notice, Preference
from services.notification.usecases.wording import Wording


class NoticeView(Schema):
    """One notice, in the reader's language."""

    id = fields.UUID(required=True)
    about = fields.String(required=True, metadata={"description": "e.g. proposal/<id>"})
    event_type = fields.String(required=True)
    service = fields.String(required=True)
    rule = fields.String(required=True)
    subject = fields.String(required=True)
    body = fields.String(required=True)
    language = fields.String(required=True)
    channels = fields.List(fields.String(), required=True)
    happened_at = fields.AwareDateTime(required=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


NoticePage = page_schema(NoticeView)


class Counts(Schema):
    """How many notices wait."""

    unread = fields.Integer(required=True)


class MarkedRead(Schema):
    """How many notices were marked."""

    count = fields.Integer(required=True)


class TroubleView(Schema):
    """A channel that fails for good at a person's present address."""

    channel = fields.String(required=True)
    channel_label = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "refused or not_delivered"})
    reason_label = fields.String(required=True)
    since = fields.AwareDateTime(required=True)


class UnreachedView(TroubleView):
    """Whom it does not reach; never the address."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    nip = fields.String(required=True, allow_none=True)


class PreferenceView(Schema):
    """How I am told; language null means the one in my contact data."""

    in_app = fields.Boolean(required=True)
    email = fields.Boolean(required=True)
    whatsapp = fields.Boolean(required=True)
    channels = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)
    language = fields.String(required=True, allow_none=True)
    unreached = fields.List(
        fields.Nested(TroubleView),
        required=True,
        metadata={"description": "Channels that do not reach me, until my contact data change"},
    )


class ChannelView(Schema):
    """One channel that leaves the house; `fallback` takes what cannot arrive."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    fallback = fields.String(required=True, allow_none=True)


class ChannelList(Schema):
    """The channels that can be switched on and off."""

    data = fields.List(fields.Nested(ChannelView), required=True)


class AttemptView(Schema):
    """One try to send; no ending means it runs, or its sender died."""

    number = fields.Integer(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    ending = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)


class DeliveryState(Schema):
    """Where a delivery stands."""

    id = fields.UUID(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)


class DeliveryView(DeliveryState):
    """One notice on one channel, with every try; never its text or address."""

    channel_label = fields.String(required=True)
    notice_id = fields.UUID(required=True)
    about = fields.String(required=True)
    event_type = fields.String(required=True)
    service = fields.String(required=True)
    rule = fields.String(required=True)
    recipient_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    confirmed = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What the provider said later: sent, delivered or read"},
    )
    attempts = fields.List(fields.Nested(AttemptView), required=True)


def notice_view(notice: Notice, wanted: str) -> dict[str, Any]:
    """Show a notice in the wanted language, or in the default one."""
    spoken = wanted if wanted in notice.texts else DEFAULT_LANGUAGE
    return {
        "id": notice.id,
        "about": notice.subject,
        "event_type": notice.event_type,
        "service": notice.service,
        "rule": notice.rule,
        **notice.texts[spoken],
        "language": spoken,
        "channels": notice.channels,
        "happened_at": notice.happened_at,
        "created_at": notice.created_at,
        "read_at": notice.read_at,
    }


def preference_view(
    preference: Preference | None,
    wishes: Mapping[str, bool],
    troubles: Iterable[ChannelTrouble],
    language: str,
) -> dict[str, Any]:
    return {
        "unreached": [trouble_view(trouble, language) for trouble in troubles],
        "in_app": True,
        **{name: wishes[name] for name in NAMED_IN_V1},
        "channels": wishes,
        "language": preference.language if preference else None,
    }


def trouble_view(trouble: ChannelTrouble, language: str) -> dict[str, Any]:
    return {
        "channel": trouble.channel,
        "channel_label": _label(trouble.channel, language),
        "reason": trouble.reason,
        "reason_label": MANIFEST.texts.label("unreached", trouble.reason, language),
        "since": trouble.since,
    }


def unreached_view(whom: tuple[ChannelTrouble, Employee], language: str) -> dict[str, Any]:
    trouble, person = whom
    named = {"person_id": person.id, "name": person.full_name, "nip": person.nip}
    return {**trouble_view(trouble, language), **named}


def channels_view(channels: Iterable[Channel], language: str) -> dict[str, Any]:
    return {
        "data": [
            {
                "name": channel.name,
                "label": channel.title[language],
                "fallback": channel.fallback,
            }
            for channel in channels
        ]
    }


def with_label(delivery: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Add the channel's name for people; one that is no longer installed keeps its code."""
    return {**delivery, "channel_label": _label(delivery["channel"], language)}


class WordsView(Schema):
    subject = fields.String(required=True)
    body = fields.String(required=True)


class NoticeTextView(VersionedView):
    """A text of a notice as it stands in this region."""

    service = fields.String(required=True)
    notice = fields.String(required=True)
    event_type = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": [ORDINARY, SENSITIVE]})
    language = fields.String(required=True, metadata={"enum": [*LANGUAGES]})
    own = fields.Boolean(required=True, metadata={"description": "In words of the region's own"})
    subject = fields.String(required=True)
    body = fields.String(required=True)
    built_in = fields.Nested(WordsView, required=True)
    greeting = fields.String(required=True, metadata={"description": "Put before the body"})
    closing = fields.String(required=True, metadata={"description": "Put after the body"})
    placeholders = fields.List(
        fields.String(), required=True, metadata={"description": "What may be used, in braces"}
    )
    changed_by = fields.UUID(required=True, allow_none=True)
    changed_at = fields.AwareDateTime(required=True, allow_none=True)


class NoticeTextList(Schema):
    data = fields.List(fields.Nested(NoticeTextView), required=True)


class ChannelText(WordsView):
    """What words become in the form of one channel."""

    channel = fields.String(required=True)
    label = fields.String(required=True)


class PreviewView(WordsView):
    """The text as it would be told, whole, and in the form of each channel of the notice."""

    channels = fields.List(fields.Nested(ChannelText), required=True)


def wording_view(told: Wording) -> dict[str, Any]:
    around = told.rule.frame.get(told.place.language, {})
    return {
        **asdict(told.place),
        **told.words,
        "kind": told.place.kind,
        "event_type": told.rule.notice.event,
        "own": told.own,
        "built_in": told.built_in,
        "greeting": around.get("greeting", ""),
        "closing": around.get("closing", ""),
        "placeholders": [*told.names],
        "changed_by": told.row.changed_by if told.row else None,
        "changed_at": told.row.changed_at if told.row else None,
        "version": told.version,
    }


def preview_view(text: Text, channels: Iterable[str], language: str) -> dict[str, Any]:
    """Show a text by each channel; one that is not installed is left out."""
    here = {name: installed()[name].text for name in channels if name in installed()}
    forms = {name: LETTER for name in channels if name == IN_APP} | here
    shapes = {name: asdict(form.shape(text)) for name, form in forms.items()}
    told = [
        {**shape, "channel": name, "label": _label(name, language)}
        for name, shape in shapes.items()
    ]
    return {**asdict(text), "channels": told}


def _label(name: str, language: str) -> str:
    title = MANIFEST.texts.labels["channel"][IN_APP] if name == IN_APP else _title(name)
    return title.get(language, name)


def _title(name: str) -> Mapping[str, str]:
    channel = installed().get(name)
    return channel.title if channel else {}
