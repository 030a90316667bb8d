"""What clients send, one schema per purpose; unknown members are refused."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from chassis.http.api import Schema
from chassis.http.fields import Exact, Line, Prose
from chassis.http.paging import PageArgs
from chassis.http.values import Truth
from chassis.kernel.languages import LANGUAGES
from services.notification.domain.wishes import NAMED_IN_V1
from services.notification.domain.wording import LONGEST_BODY, LONGEST_SUBJECT


class InboxArgs(PageArgs):
    """Which of my notices: unread or read ones, those about one subject."""

    unread = fields.Boolean(load_default=None, allow_none=True)
    about = Exact(load_default=None, validate=validate.Length(max=120))


class NewWords(Schema):
    """A region's own words for a text of a notice; greeting and closing are put around the body."""

    subject = Line(LONGEST_SUBJECT, required=True)
    body = Prose(LONGEST_BODY, required=True)


class NewPreference(Schema):
    """How I want to be told. The inbox inside the application always stays on.

    `channels` says it by name, and leaves those it does not name as they were. Without it the
    first two channels are asked for by their own members.
    """

    in_app = Truth(load_default=True)
    email = Truth()
    whatsapp = Truth()
    channels = fields.Dict(keys=Exact(), values=Truth())
    language = Exact(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))

    @validates_schema
    def check_named(self, data: Mapping[str, Any], **_options: Any) -> None:
        missing = [name for name in NAMED_IN_V1 if name not in data]
        if missing and "channels" not in data:
            raise ValidationError({name: ["Missing data for required field."] for name in missing})
