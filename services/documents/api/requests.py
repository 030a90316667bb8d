"""What clients send, one schema per purpose; unknown members are refused."""

from marshmallow import fields, validate

from chassis.http.api import Schema
from chassis.http.fields import Code, Exact, Line, Words
from chassis.http.paging import PageArgs
from chassis.http.values import Whole
from services.documents.domain.limits import MAX_BYTES, MAX_GRANT_MINUTES, MOST_VERSIONS


class UploadForm(Schema):
    """The form fields beside the file."""

    max_bytes = fields.Integer(
        load_default=MAX_BYTES, validate=validate.Range(min=1, max=MAX_BYTES)
    )


class MadeKey(Schema):
    """Which file of the asking service."""

    region = Code(r"[a-z][a-z0-9-]{1,15}$", required=True)
    subject = Code(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,159}$", required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1, max=MOST_VERSIONS))


class MadeForm(MadeKey):
    """The form fields beside a file that a service made."""

    owner_id = fields.UUID(required=True, data_key="owner")


class DocumentFilter(PageArgs):
    """Which of one's own documents."""

    q = Words(load_default="")
    category = Exact(load_default="", validate=validate.Length(max=60))


class NewGrant(Schema):
    """Who may open what, why and for how long."""

    document_id = fields.UUID(required=True)
    viewer_id = fields.UUID(required=True, data_key="viewer")
    purpose = Line(120, required=True)
    minutes = Whole(load_default=5, validate=validate.Range(min=1, max=MAX_GRANT_MINUTES))
