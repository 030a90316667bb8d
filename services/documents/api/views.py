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


class MendView(Schema):
    """A mend that is offered: the word to ask for it by, and what it would do."""

    how = fields.String(required=True)
    label = fields.String(required=True)


class UploadProblemView(Schema):
    """Why an upload was refused, and what may be offered to mend the file."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    offers = fields.List(fields.String(), required=True)
    mends = fields.List(fields.Nested(MendView), required=True)


class ChangesView(Schema):
    """What was changed in a file to make a proposed one of it, in figures and in words."""

    how = fields.String(required=True)
    size_before = fields.Integer(required=True)
    size_after = fields.Integer(required=True)
    pages = fields.Integer(required=True)
    bytes_ahead = fields.Integer(required=True)
    bytes_behind = fields.Integer(required=True)
    password_removed = fields.Boolean(required=True)
    pictures = fields.Integer(required=True)
    dpi_before = fields.Integer(required=True)
    dpi_after = fields.Integer(required=True)
    changed_pages = fields.List(fields.Integer(), required=True)
    words = fields.List(fields.String(), required=True)


class UploadView(Schema):
    """An upload: how much of it arrived, and what became of it.

    In state `proposed` it was made here of another one, and waits for its owner's consent.
    """

    id = fields.UUID(required=True)
    slot = fields.String(required=True, allow_none=True)
    state = fields.String(
        required=True, metadata={"enum": ["arriving", "proposed", "refused", "stored"]}
    )
    offset = fields.Integer(required=True)
    length = fields.Integer(required=True)
    name = fields.String(required=True)
    problem = fields.Nested(UploadProblemView, required=True, allow_none=True)
    pages = fields.Integer(required=True, allow_none=True)
    made_from = fields.UUID(required=True, allow_none=True)
    changes = fields.Nested(ChangesView, required=True, allow_none=True)
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


def content_response(document: Any, spool: Spool) -> Response:
    """Send a document's verified bytes: an attachment no browser runs and no cache keeps."""
    return file_response(spool, name=document.name, content_type=document.content_type)


def file_response(spool: Spool, *, name: str, content_type: str) -> Response:
    """Send a file as an attachment no browser runs and no cache keeps."""
    if not is_read():
        spool.close()  # no server closes the body of an answer that has none
    response = Response(spool.blocks() if is_read() else (), content_type=content_type)
    response.call_on_close(spool.close)
    response.headers.update(
        {
            "Content-Length": str(spool.size),
            "Content-Disposition": attachment_header(name),
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )
    return response
