"""What clients send, one schema per purpose; unknown members are refused."""

from marshmallow import fields, validate

from chassis.http.api import Schema
from chassis.http.fields import Exact, Line, Words
from chassis.http.paging import PageArgs
from services.documents.domain.limits import MAX_BYTES, MAX_GRANT_MINUTES


class UploadForm(Schema):
    """The form fields beside the file."""

    max_bytes = fields.Integer(
        load_default=MAX_BYTES, validate=validate.Range(min=1, max=MAX_BYTES)
    )


class DocumentFilter(PageArgs):
    """Which of one's own documents."""

    q = Words(load_default="")
    category = Exact(load_default="", validate=validate.Length(max=60))


class NewGrant(Schema):
    """Who may open what, why and for how long."""

    document_id = fields.UUID(required=True)
    viewer_id = fields.UUID(required=True, data_key="viewer")
    purpose = Line(120, required=True)
    minutes = fields.Integer(load_default=5, validate=validate.Range(min=1, max=MAX_GRANT_MINUTES))
