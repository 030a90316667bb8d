"""Permits to upload: taken with a token, brought in a header or in the first field of a form."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import g, request

from chassis.http.api import Blueprint
from chassis.http.auth import Actor, OtherProof, acting, actor, person, requires
from services.documents.adapters.machinery import machinery
from services.documents.api.requests import NewPermit
from services.documents.api.views import PermitView
from services.documents.domain.permits import Permit
from services.documents.usecases import permitting
from services.documents.usecases.uploading import Sender

HEADER = "Upload-Permit"
blp = Blueprint("permits", url_prefix="/api/documents/v1", description="Leave to upload")


@blp.route("/permits", methods=["POST"])
@requires("documents")
@blp.arguments(NewPermit)
@blp.response(201, PermitView)
def create(body: dict[str, Any]) -> dict[str, str | datetime]:
    """Take leave to send one file from a browser that has no token: for 15 minutes, for one slot.

    `back` is the page of this site to which a form's browser goes after.
    """
    person()
    signed, expires_at = permitting.permit(actor(), **body)
    return {"permit": signed, "expires_at": expires_at}


def sender() -> Sender:
    """Return who sends, inside a view that takes permits. Raises `PersonRequired`."""
    permit: Permit | None = g.get("permit")
    return Sender(person(), permit)


@contextmanager
def by_permit(signed: str) -> Iterator[Permit]:
    """Do the block as who took a permit. Raises `PermitInvalid`, `PermitExpired`, as `acting`."""
    with acting(_read(signed)):
        yield g.permit


def _in_the_header() -> Actor | None:
    signed = request.headers.get(HEADER)
    return None if signed is None else _read(signed)


def _read(signed: str) -> Actor:
    g.permit, who = machinery().permits.read(signed)
    return who


BY_PERMIT = OtherProof("permit", _in_the_header)
PROOF = {"permit": {"type": "apiKey", "in": "header", "name": HEADER}}
