"""Grants: made by services, used by people."""

from datetime import datetime
from typing import Any

from flask import Response

from chassis.http.api import Blueprint
from chassis.http.auth import actor, person, requires
from chassis.http.writing import writes
from services.documents.api.requests import NewGrant
from services.documents.api.views import CONTENT, GrantView, content_response, is_read
from services.documents.usecases import granting, opening

blp = Blueprint("grants", url_prefix="/api/documents/v1", description="Leave to open a document")


@blp.route("/grants", methods=["POST"])
@requires("documents.grant")
@blp.arguments(NewGrant)
@writes(once=False)
@blp.response(201, GrantView)
def create(body: dict[str, Any]) -> dict[str, str | datetime]:
    """Let a viewer open a document for some minutes. For services that own the decision."""
    token, expires_at = granting.grant(**body, client_id=actor().client_id)
    return {"url": f"/api/documents/v1/grants/{token}/content", "expires_at": expires_at}


@blp.route("/grants/<string(minlength=20, maxlength=80):token>/content")
@requires("documents")
@blp.doc(**CONTENT)
def open_content(token: str) -> Response:
    """Open a document by a grant, with the viewer's own token. The owner can see it."""
    return content_response(*opening.open_granted(token, person(), is_read=is_read()))
