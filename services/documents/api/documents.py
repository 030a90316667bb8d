"""Uploading, and an owner's own documents."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from chassis.http.api import IDEMPOTENCY_KEY, Blueprint, document
from chassis.http.auth import person, requires
from chassis.http.idempotency import answer_once, request_fingerprint
from chassis.http.paging import PageArgs
from services.documents import queries
from services.documents.adapters.machinery import machinery
from services.documents.api.content import PDF, content_response
from services.documents.api.multipart import arriving
from services.documents.api.schemas import (
    DocumentFilter,
    DocumentPage,
    DocumentView,
    UploadedView,
    ViewPage,
)
from services.documents.usecases import opening, receiving

blp = Blueprint("documents", url_prefix="/api/documents/v1", description="Documents")

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
            "encoding": {"file": {"contentType": "application/pdf"}},
        }
    },
}


@blp.route("/documents", methods=["POST"])
@requires("documents")
@blp.doc(requestBody=_FORM)
@blp.response(201, UploadedView)
def upload() -> Response:
    """Send a PDF of at most 10 MB; `max_bytes` is what the requirement at hand allows."""
    owner_id = person()
    receiving.admit(owner_id)
    with arriving(owner_id) as arrival:
        kept = receiving.check_and_store(arrival)
        machinery().signer.key()
        said = request_fingerprint(arrival.spool.sha256, arrival.name, str(arrival.max_bytes))
        return answer_once(lambda: _uploaded(kept), fingerprint=said)


document(upload, parameters=[IDEMPOTENCY_KEY])


def _uploaded(kept: receiving.Kept) -> Response:
    stored = receiving.record(kept)
    shown = queries.described([stored], stored.owner_id)[0]
    body = UploadedView().dump({**shown, "receipt": receiving.receipt(stored)})
    response = jsonify(body)
    response.status_code = 201
    response.headers["Location"] = f"/api/documents/v1/documents/{stored.id}"
    return response


@blp.route("/documents")
@requires("documents")
@blp.arguments(DocumentFilter, location="query")
@blp.response(200, DocumentPage)
def list_documents(args: dict[str, Any]) -> dict[str, Any]:
    """List one's own documents: uploaded, or issued to one."""
    return queries.documents_page(person(), **args)


@blp.route("/documents/<uuid:document_id>")
@requires("documents")
@blp.response(200, DocumentView)
def show_document(document_id: UUID) -> dict[str, Any]:
    """Show one of one's own documents."""
    owner_id = person()
    return queries.described([queries.document_of(document_id, owner_id)], owner_id)[0]


@blp.route("/documents/<uuid:document_id>/content")
@requires("documents")
@blp.response(200, PDF, content_type="application/pdf")
def download(document_id: UUID) -> Response:
    """Download one of one's own documents."""
    return content_response(*opening.open_own(document_id, person()))


@blp.route("/documents/<uuid:document_id>/views")
@requires("documents")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ViewPage)
def list_views(args: dict[str, Any], document_id: UUID) -> dict[str, Any]:
    """List who opened one of one's own documents, when and why."""
    return queries.views_page(document_id, person(), **args)
