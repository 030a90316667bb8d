"""Security events, alarms and limits, as the auditor sees them."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Schema, VersionedView
from chassis.http.languages import language
from chassis.http.paging import page_schema
from services.identity.domain.alarms import THRESHOLDS, limits_of
from services.identity.domain.security_words import KINDS, REASONS, said
from services.identity.models import SecurityLimits
from services.identity.queries.security import Named


class SecurityEventView(Schema):
    id = fields.UUID(required=True)
    noted_at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    kind_label = fields.String(required=True)
    why = fields.String(required=True)
    why_label = fields.String(required=True)
    amount = fields.Integer(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(required=True, allow_none=True)
    person_id = fields.UUID(required=True, allow_none=True)
    person_name = fields.String(required=True, allow_none=True)
    client_id = fields.String(required=True, allow_none=True)
    thing = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "The service that noted it"})


class SecurityAlarmView(Schema):
    id = fields.UUID(required=True)
    raised_at = fields.AwareDateTime(required=True)
    threshold = fields.String(required=True)
    threshold_label = fields.String(required=True)
    amount = fields.Integer(required=True)
    person_name = fields.String(required=True, allow_none=True)
    person_id = fields.UUID(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by_name = fields.String(required=True, allow_none=True)


class SecurityStanding(Schema):
    """What of this the person may read."""

    events = fields.Boolean(required=True)
    alarms = fields.Boolean(required=True)
    alarms_lately = fields.Integer(required=True)


class PersonRef(Schema):
    id = fields.UUID(required=True)
    full_name = fields.String(required=True)


class SecurityLimitView(Schema):
    threshold = fields.String(required=True)
    label = fields.String(required=True)
    most = fields.Integer(required=True)
    minutes = fields.Integer(required=True, metadata={"description": "Within how many minutes"})


class SecurityLimitsView(VersionedView):
    limits = fields.List(fields.Nested(SecurityLimitView), required=True)


class SecurityKind(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class SecurityKinds(Schema):
    kinds = fields.List(fields.Nested(SecurityKind), required=True)


AlarmPage = page_schema(SecurityAlarmView)
_OF_EVENT = (
    *("id", "noted_at", "kind", "why", "amount", "actor_id", "person_id", "client_id"),
    *("thing", "source"),
)


def event_row(named: Named) -> dict[str, Any]:
    """Show an event with names and words."""
    row, spoken = named.row, language()
    return {
        **{name: getattr(row, name) for name in _OF_EVENT},
        "kind_label": said(KINDS, row.kind, spoken),
        "why_label": said(REASONS, row.why, spoken),
        "actor_name": named.name(row.actor_id),
        "person_name": named.name(row.person_id),
    }


def alarm_row(named: Named) -> dict[str, Any]:
    """Show an alarm; the person is whom the events are of, where it is one."""
    row = named.row
    person_id = next((known for known in named.names if str(known) == row.about), None)
    return {
        "id": row.id,
        "raised_at": row.raised_at,
        "threshold": row.threshold,
        "threshold_label": _label(row.threshold),
        "amount": row.amount,
        "person_id": person_id,
        "person_name": named.name(person_id),
        "closed_at": row.closed_at,
        "closed_by_name": named.name(row.closed_by),
    }


def limits_view(row: SecurityLimits) -> dict[str, Any]:
    """Show what is too many, as chosen or by default."""
    return {
        "version": row.version,
        "limits": [
            {
                "threshold": code,
                "label": _label(code),
                "most": most,
                "minutes": int(THRESHOLDS[code].within.total_seconds() // 60),
            }
            for code, most in limits_of(row.most).items()
        ],
    }


def kinds_view() -> dict[str, Any]:
    """Show every kind with its name."""
    return {"kinds": [{"code": code, "label": words[language()]} for code, words in KINDS.items()]}


def _label(code: str) -> str:
    return THRESHOLDS[code].label[language()] if code in THRESHOLDS else code
