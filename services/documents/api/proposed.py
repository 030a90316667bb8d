"""What is made here of a person's file, and a look at it before it becomes a document."""

from typing import Any
from uuid import UUID

from flask import Response

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from chassis.http.languages import language
from services.documents import queries
from services.documents.api.permits import BY_PERMIT, PROOF, sender
from services.documents.api.requests import MendOrder
from services.documents.api.views import CONTENT, UploadView, file_response
from services.documents.domain.content_types import PDF
from services.documents.usecases import looking, mending

blp = Blueprint("proposed", url_prefix="/api/documents/v1/uploads", description="Proposed files")
blp.proofs = PROOF
_JPEG = "image/jpeg"
_PICTURE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The page",
            "content": {_JPEG: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@blp.route("/<uuid:upload_id>/mended", methods=["POST"])
@requires("documents", instead=BY_PERMIT)
@blp.arguments(MendOrder)
@blp.response(201, UploadView)
def mend(body: dict[str, Any], upload_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Have a refused file mended in a way that was offered: a new upload in state `proposed`.

    It says what was changed. Look at it, then finish it or cancel it; the refused one stays.
    Again, it gives the same answer.
    """
    who = sender()
    made = mending.mend(upload_id, who, how=body["how"])
    told = {**queries.upload(made, who.owner_id, who.slot, language()), "receipt": None}
    return told, 201, {"Location": f"/api/documents/v1/uploads/{made}"}


@blp.route("/<uuid:upload_id>/content")
@requires("documents", instead=BY_PERMIT)
@blp.doc(**CONTENT)
def content(upload_id: UUID) -> Response:
    """Download what is proposed."""
    upload, spool = looking.proposed_file(upload_id, sender())
    return file_response(spool, name=upload.name, content_type=PDF)


@blp.route("/<uuid:upload_id>/pages/<int(min=1, max=1000):page>.jpg")
@requires("documents", instead=BY_PERMIT)
@blp.doc(**_PICTURE)
def page(upload_id: UUID, page: int) -> Response:
    """Look at a page of what is proposed, or of what was refused."""
    drawn = Response(looking.page_picture(upload_id, sender(), page), content_type=_JPEG)
    drawn.headers["Cache-Control"] = "no-store"
    drawn.headers["X-Content-Type-Options"] = "nosniff"
    drawn.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return drawn
