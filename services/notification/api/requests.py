"""What clients send, one schema per purpose; unknown members are refused."""

from marshmallow import fields, validate

from chassis.http.api import Schema
from chassis.http.paging import PageArgs
from services.notification.domain.rendering import LANGUAGES


class InboxArgs(PageArgs):
    """Which of my notices: unread or read ones, those about one subject."""

    unread = fields.Boolean(load_default=None, allow_none=True)
    about = fields.String(load_default=None, validate=validate.Length(max=120))


class NewPreference(Schema):
    """How I want to be told. The inbox inside the application always stays on."""

    in_app = fields.Boolean(load_default=True)
    email = fields.Boolean(required=True)
    whatsapp = fields.Boolean(required=True)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))


class DeliveriesArgs(PageArgs):
    """Deliveries about one subject, or in one state."""

    subject = fields.String(load_default=None, validate=validate.Length(max=120))
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(["pending", "sending", "sent", "failed", "skipped"]),
    )
