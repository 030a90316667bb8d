"""Grants: made by services, used by people."""

from datetime import datetime
from typing import Any

from flask import Response

from chassis.http.api import Blueprint
from chassis.http.auth import actor, person, requires
from services.documents.api.content import PDF, content_response
from services.documents.api.schemas import GrantView, NewGrant
from services.documents.usecases import granting, opening

blp = Blueprint("grants", url_prefix="/api/documents/v1", description="Leave to open a document")


@blp.route("/grants", methods=["POST"])
@requires("documents.grant")
@blp.arguments(NewGrant)
@blp.response(201, GrantView)
def create(body: dict[str, Any]) -> dict[str, str | datetime]:
    """Let a viewer open a document for some minutes. For services that own the decision."""
    token, grant = granting.grant(
        document_id=body["document_id"],
        viewer_id=body["viewer"],
        purpose=body["purpose"],
        minutes=body["minutes"],
        client_id=actor().client_id,
    )
    url = f"/api/documents/v1/grants/{token}/content"
    return {"url": url, "expires_at": grant.expires_at}


@blp.route("/grants/<string(minlength=20, maxlength=80):token>/content")
@requires("documents")
@blp.response(200, PDF, content_type="application/pdf")
def open_content(token: str) -> Response:
    """Open a document by a grant, with the viewer's own token. The owner can see it."""
    return content_response(*opening.open_granted(token, person()))
