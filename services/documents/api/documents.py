"""Uploading, and an owner's own documents."""

from typing import Any
from uuid import UUID

from flask import Response

from chassis.data.paging import Page
from chassis.http.api import Blueprint, document
from chassis.http.auth import person, requires
from chassis.http.paging import PageArgs
from chassis.http.writing import IDEMPOTENCY_KEY, write
from services.documents import queries
from services.documents.api.multipart import arriving
from services.documents.api.requests import DocumentFilter
from services.documents.api.views import (
    CONTENT,
    DocumentPage,
    DocumentView,
    UploadedView,
    ViewPage,
    content_response,
    is_read,
)
from services.documents.domain.content_types import PDF
from services.documents.usecases import opening, receiving

blp = Blueprint("documents", url_prefix="/api/documents/v1", description="Documents")

_UPLOADED = UploadedView()  # making one costs more than what it writes
_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "max_bytes": {"type": "integer", "minimum": 1, "maximum": 10_485_760},
                },
            },
            "encoding": {"file": {"contentType": PDF}},
        }
    },
}


@blp.route("/documents", methods=["POST"])
@requires("documents")
@blp.doc(requestBody=_FORM)
@blp.response(201, UploadedView)
def upload() -> Response:
    """Send a PDF of at most 10 MB; `max_bytes` is what the requirement at hand allows."""
    receiving.admit(person())
    with arriving(person()) as arrival:
        stored = receiving.check_and_store(arrival)
        said = (arrival.spool.sha256, arrival.name, str(arrival.max_bytes))
        return write(lambda: _uploaded(stored), body=said)


document(upload, parameters=[IDEMPOTENCY_KEY])


def _uploaded(kept: receiving.Kept) -> tuple[Any, int, dict[str, str]]:
    document = receiving.record(kept)
    shown = queries.shown(document, person(), is_new=True)
    shown["receipt"] = receiving.receipt_of(document)
    location = f"/api/documents/v1/documents/{document.id}"
    return _UPLOADED.dump(shown), 201, {"Location": location}


@blp.route("/documents")
@requires("documents")
@blp.arguments(DocumentFilter, location="query")
@blp.response(200, DocumentPage)
def list_documents(args: dict[str, Any]) -> Page:
    """List one's own documents: uploaded, made by a service, or issued to one."""
    return queries.documents(person(), **args)


@blp.route("/documents/<uuid:document_id>")
@requires("documents")
@blp.response(200, DocumentView)
def show_document(document_id: UUID) -> dict[str, Any]:
    """Show one of one's own documents."""
    return queries.document(document_id, person())


@blp.route("/documents/<uuid:document_id>/content")
@requires("documents")
@blp.doc(**CONTENT)
def download(document_id: UUID) -> Response:
    """Download one of one's own documents."""
    return content_response(*opening.open_own(document_id, person(), is_read=is_read()))


@blp.route("/documents/<uuid:document_id>/views")
@requires("documents")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ViewPage)
def list_views(args: dict[str, Any], document_id: UUID) -> Page:
    """List who opened one of one's own documents, when and why."""
    return queries.views(document_id, person(), **args)
