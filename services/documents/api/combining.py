"""One PDF of several pictures, for whoever has a telephone and no scanner."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from chassis.http.languages import language
from services.documents import queries
from services.documents.api.permits import BY_PERMIT, sender
from services.documents.api.requests import PicturesOrder
from services.documents.api.views import UploadView
from services.documents.usecases import combining

blp = Blueprint("combining", url_prefix="/api/documents/v1/uploads", description="Pictures")


@blp.route("/combine", methods=["POST"])
@requires("documents", instead=BY_PERMIT)
@blp.arguments(PicturesOrder)
@blp.response(201, UploadView)
def combine(body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a PDF of uploads that are JPEG, PNG or HEIC: a new upload in state `proposed`.

    One picture a page of A4, in the order sent, each turned clockwise by `rotate`. It has at most
    what the pictures' permit allows; a refusal names the picture it is about. Place, time and
    camera of the photos are not in it. Look at it, then finish it or cancel it; the pictures stay
    for an hour, or until they are cancelled.
    """
    who = sender()
    made = combining.combine(who, **body)
    told = {**queries.upload(made, who.owner_id, who.slot, language()), "receipt": None}
    return told, 201, {"Location": f"/api/documents/v1/uploads/{made}"}
