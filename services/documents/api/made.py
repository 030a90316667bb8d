"""Files that other services make for people: owner named, receipt back."""

from contextlib import AbstractContextManager
from typing import Any

from flask import Response

from chassis.http.api import Blueprint
from chassis.http.auth import actor, requires
from chassis.http.writing import write
from chassis.process import regions
from services.documents.api.multipart import arriving_made
from services.documents.api.requests import MadeKey
from services.documents.api.views import MadeView
from services.documents.domain.content_types import PDF, XLSX
from services.documents.domain.making import MadeAs, ServiceRequired
from services.documents.usecases import making

SCOPE = "documents.make"
blp = Blueprint("made", url_prefix="/api/documents/v1/documents", description="Files of services")

_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "owner", "region", "subject", "version"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "owner": {"type": "string", "format": "uuid"},
                    "region": {"type": "string", "maxLength": 16},
                    "subject": {"type": "string", "maxLength": 160},
                    "version": {"type": "integer", "minimum": 1},
                },
            },
            "encoding": {"file": {"contentType": f"{PDF}, {XLSX}"}},
        }
    },
}


@blp.route("/made", methods=["POST"])
@requires(SCOPE)
@blp.doc(requestBody=_FORM)
@blp.response(201, MadeView)
def make() -> Response:
    """Have a PDF or XLSX of the asking service kept for its owner; its content says which.

    The same subject, version and content again is the same document; other content is a 409.
    """
    with arriving_made(_maker()) as (region, arrival), _in(region):
        kept = making.keep(arrival)
        return write(lambda: _told(making.record(arrival, kept)), once=False)


@blp.route("/made")
@requires(SCOPE)
@blp.arguments(MadeKey, location="query")
@blp.response(200, MadeView)
def show_made(key: dict[str, Any]) -> dict[str, Any]:
    """The document that the asking service made under a subject and version, if there is one."""
    with _in(key["region"]):
        return _shown(making.made_before(MadeAs(_maker(), key["subject"], key["version"])))


def _told(made: making.Made) -> tuple[Any, int]:
    return MadeView().dump(_shown(made)), 201


def _shown(made: making.Made) -> dict[str, Any]:
    document_id, receipt = made
    return {"id": document_id, "receipt": receipt}


def _maker() -> str:
    who = actor()
    if who.person_id is not None:
        raise ServiceRequired
    return who.client_id


def _in(region: str) -> AbstractContextManager[None]:
    """Bind the owner's region. Raises `ServiceRequired` for a client of another one."""
    if actor().region not in (regions.ALL, region):
        raise ServiceRequired
    return regions.in_region(region)
