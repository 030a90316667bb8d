"""What goes in and out over HTTP. Written by hand, one per purpose."""

from marshmallow import fields, validate

from chassis.http.api import Schema
from chassis.http.paging import PageArgs, page_schema
from services.documents.domain.limits import MAX_BYTES, MAX_GRANT_MINUTES


class UploadForm(Schema):
    """The form fields beside the file."""

    max_bytes = fields.Integer(
        load_default=MAX_BYTES, validate=validate.Range(min=1, max=MAX_BYTES)
    )


class DocumentView(Schema):
    """A document as its owner sees it. `category` and `number` tell which layanan issued it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    content_type = fields.String(required=True)
    pages = fields.Integer(required=True)
    signed = fields.Boolean(required=True)
    uploaded_at = fields.AwareDateTime(required=True)
    category = fields.String(required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)


class UploadedView(DocumentView):
    """A new document with its receipt, a compact JWS other services verify offline."""

    receipt = fields.String(required=True)


class DocumentFilter(PageArgs):
    """Which of one's own documents."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    category = fields.String(load_default="", validate=validate.Length(max=60))


class ViewView(Schema):
    """One opening of a document."""

    viewer_id = fields.UUID(required=True)
    viewer_name = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True)
    viewed_at = fields.AwareDateTime(required=True)


class NewGrant(Schema):
    """Who may open what, why and for how long."""

    document_id = fields.UUID(required=True)
    viewer = fields.UUID(required=True)
    purpose = fields.String(required=True, validate=validate.Length(min=1, max=120))
    minutes = fields.Integer(load_default=5, validate=validate.Range(min=1, max=MAX_GRANT_MINUTES))


class GrantView(Schema):
    """Where the viewer opens the document with a token of their own."""

    url = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class KeySetView(Schema):
    """A JSON Web Key Set."""

    keys = fields.List(fields.Dict(), required=True)


DocumentPage = page_schema(DocumentView)
ViewPage = page_schema(ViewView)
