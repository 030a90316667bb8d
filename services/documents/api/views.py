"""What clients get: the shapes of answers, and how the bytes of a document leave."""

from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from chassis.http.api import Schema
from chassis.http.paging import page_schema
from services.documents.adapters.spool import Spool
from services.documents.domain.content_types import PDF, XLSX
from services.documents.domain.names import attachment_header
from services.documents.domain.states import State
from services.documents.models import Document

_BYTES = {"schema": {"type": "string", "format": "binary"}}
CONTENT: dict[str, Any] = {
    "responses": {200: {"description": "The file", "content": {PDF: _BYTES, XLSX: _BYTES}}}
}


class DocumentView(Schema):
    """A document as its owner sees it. `category` and `number` tell which layanan issued it.

    `state`: `in_quarantine` until it is scanned for malware, as the scanner was away; until then
    nobody can open it, nor ever if it is `infected`.
    """

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
    state = fields.String(required=True, validate=validate.OneOf([*map(str, State)]))


class UploadedView(DocumentView):
    """A new document with its receipt, a compact JWS other services verify offline."""

    receipt = fields.String(required=True)


class MadeView(Schema):
    """A file that a service made, and the receipt it verifies offline."""

    id = fields.UUID(required=True)
    receipt = fields.String(required=True)


class PermitView(Schema):
    """A permit: what the header Upload-Permit says, or the form's field."""

    permit = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class UploadProblemView(Schema):
    """Why an upload was refused, and what may be offered to mend the file."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    offers = fields.List(fields.String(), required=True)


class UploadView(Schema):
    """An upload: how much of it arrived, and what became of it."""

    id = fields.UUID(required=True)
    slot = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"enum": ["arriving", "refused", "stored"]})
    offset = fields.Integer(required=True)
    length = fields.Integer(required=True)
    name = fields.String(required=True)
    problem = fields.Nested(UploadProblemView, required=True, allow_none=True)
    document = fields.Nested(DocumentView, required=True, allow_none=True)
    receipt = fields.String(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)


class ViewView(Schema):
    """One opening of a document."""

    viewer_id = fields.UUID(required=True)
    viewer_name = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True)
    viewed_at = fields.AwareDateTime(required=True)


class GrantView(Schema):
    """Where the viewer opens the document with a token of their own."""

    url = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class KeySetView(Schema):
    """A JSON Web Key Set."""

    keys = fields.List(fields.Dict(), required=True)


DocumentPage = page_schema(DocumentView)
ViewPage = page_schema(ViewView)


def is_read() -> bool:
    """Tell whether the answer has the bytes: HEAD asks about them only."""
    return request.method == "GET"


def content_response(document: Document, spool: Spool) -> Response:
    """Send a document's verified bytes: an attachment no browser runs and no cache keeps."""
    if not is_read():
        spool.close()  # no server closes the body of an answer that has none
    response = Response(spool.blocks() if is_read() else (), content_type=document.content_type)
    response.call_on_close(spool.close)
    response.headers.update(
        {
            "Content-Length": str(document.size),
            "Content-Disposition": attachment_header(document.name),
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )
    return response
