"""Uploads that go on where they were cut (tus 1.0: core, creation, termination), and a form."""

from typing import Any
from uuid import UUID

from flask import Response, redirect
from werkzeug.wrappers import Response as Redirect

from chassis.http.api import Blueprint, document, refuse_unread_body
from chassis.http.auth import public, requires
from chassis.http.languages import language
from chassis.http.writing import IDEMPOTENCY_KEY, write, writes
from chassis.kernel.errors import Refused
from services.documents import queries
from services.documents.api import tus
from services.documents.api.multipart import arriving_by_permit, page_of_the_form
from services.documents.api.permits import BY_PERMIT, PROOF, by_permit, sender
from services.documents.api.requests import NewUploadHeaders, PieceHeaders, TusHeaders
from services.documents.api.views import UploadedView, UploadView
from services.documents.domain.uploads import check_length
from services.documents.models import Upload
from services.documents.usecases import finishing, receiving, uploading

blp = Blueprint("uploads", url_prefix="/api/documents/v1/uploads", description="Uploads in pieces")
blp.proofs = PROOF
_HERE = "/api/documents/v1/uploads"


@blp.route("", methods=["POST"])
@requires("documents", instead=BY_PERMIT)
@blp.arguments(NewUploadHeaders, location="headers")
@blp.response(201)
def create(headers: dict[str, Any]) -> Response:
    """Begin an upload of `Upload-Length` bytes; its address is in `Location`."""
    refuse_unread_body()
    tus.check_version(headers)
    who, name = sender(), tus.filename(headers["metadata"])
    check_length(length := int(headers["length"]))
    said = (str(length), str(name), str(who.slot), str(who.max_bytes))
    return write(lambda: _begun(uploading.begin(who, length=length, name=name)), body=said)


document(create, parameters=[IDEMPOTENCY_KEY])


def _begun(upload: Upload) -> tuple[str, int, dict[str, str]]:
    return "", 201, {"Location": f"{_HERE}/{upload.id}", **tus.RESUMABLE}


@blp.route("/<uuid:upload_id>")
@requires("documents", instead=BY_PERMIT)
@blp.response(200, UploadView)
def show(upload_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Tell how far an upload came, or what became of it. HEAD is the protocol's question."""
    who = sender()
    told = queries.upload(upload_id, who.owner_id, who.slot, language())
    document = told["document"]
    told["receipt"] = document and finishing.receipt_for(document["id"], who.owner_id)
    return told, 200, {**tus.progress(told), "Cache-Control": "no-store"}


@blp.route("/<uuid:upload_id>", methods=["PATCH"])
@requires("documents", instead=BY_PERMIT)
@blp.doc(requestBody=tus.PIECE)
@blp.arguments(PieceHeaders, location="headers")
@blp.response(204)
def append(headers: dict[str, Any], upload_id: UUID) -> tuple[str, int, dict[str, str]]:
    """Send the piece that begins at `Upload-Offset`: 64 to 512 KiB, the last one may be shorter.

    At another offset than the upload's the answer is 409; ask for it with HEAD and go on there.
    """
    tus.check_version(headers)
    content = tus.piece()
    offset = uploading.append(upload_id, sender(), offset=int(headers["offset"]), content=content)
    return "", 204, {"Upload-Offset": str(offset), **tus.RESUMABLE}


@blp.route("/<uuid:upload_id>", methods=["DELETE"])
@requires("documents", instead=BY_PERMIT)
@blp.arguments(TusHeaders, location="headers")
@writes()
@blp.response(204)
def cancel(headers: dict[str, Any], upload_id: UUID) -> tuple[str, int, dict[str, str]]:
    """Give an upload up. A document that it became stays."""
    tus.check_version(headers)
    uploading.cancel(upload_id, sender())
    return "", 204, {**tus.RESUMABLE}


@blp.route("/<uuid:upload_id>/finish", methods=["POST"])
@requires("documents", instead=BY_PERMIT)
@blp.response(201, UploadedView)
def finish(upload_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Have all that arrived checked and kept as a document. Again, it gives the same answer.

    After 503 it needs no bytes again.
    """
    who = sender()
    document, is_new = finishing.finish(upload_id, who)
    shown = queries.shown(document, who.owner_id, is_new=is_new)
    shown["receipt"] = receiving.receipt_of(document)
    return shown, 201, {"Location": f"/api/documents/v1/documents/{document.id}"}


@blp.route("/form", methods=["POST"])
@public
@blp.doc(requestBody=tus.FORM, responses={303: {"description": "Back to the permit's page"}})
def send_form() -> Redirect:
    """Send a whole file from a browser without scripts: first the field `permit`, then `file`.

    The answer leads back to the permit's page, `unggahan` in its query, also when it was refused.
    Where no upload began, as the permit is over or the day's files were sent, `gagal` says why.
    """
    try:
        return redirect(_taken(), 303)
    except Refused as refused:
        if (page := page_of_the_form(refused.code)) is None:
            raise
        return redirect(page, 303)


def _taken() -> str:
    with arriving_by_permit() as (signed, name, spool), by_permit(signed) as permit:
        back = permit.way_back("")  # refused before anything is kept
        return f"{back}{finishing.take(sender(), name=name, spool=spool).id}"
