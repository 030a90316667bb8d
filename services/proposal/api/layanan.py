"""/layanan: what the region offers, and every version a proposal was ever filed under.

A new version comes in as the definition file itself; `layanan.schema.json` is its form.
"""

from typing import Any

from flask import Response
from marshmallow import INCLUDE

from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import person, public, requires
from chassis.http.caching import shared, unchanging
from chassis.http.writing import writes
from services.proposal.api.requests import NewLayanan, WindowTaken
from services.proposal.api.views.layanan import (
    DefinitionSchema,
    LayananOfferedInFull,
    LayananPage,
    LayananVersion,
    layanan_row,
    layanan_version,
    layanan_view,
    obstacles_view,
)
from services.proposal.api.views.running import running_view
from services.proposal.domain.shape import schema_text
from services.proposal.queries.desks import divisions_of
from services.proposal.queries.readiness import standing_of
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.usecases import catalogue

blp = Blueprint("layanan", __name__, url_prefix="/api/proposal/v1")


@blp.route("/layanan", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananPage)
def list_layanan() -> Page:
    """List what the region offers, each with what keeps the caller from filing it (R40)."""
    snapshot = region_snapshot()
    moment, standing = snapshot.moment(), standing_of(person())
    offered = [snapshot.layanan[definition_id] for definition_id in snapshot.offers()]
    return Page(
        [
            {
                **layanan_row(layanan, moment),
                "obstacles": obstacles_view(standing.before_filing(layanan, moment)),
                "running": running_view(standing.running_of(layanan)),
            }
            for layanan in offered
        ]
    )


@blp.route("/layanan", methods=["POST"])
@requires("proposal")
@blp.arguments(NewLayanan, unknown=INCLUDE)
@writes()
@blp.response(201, LayananVersion)
def publish_layanan(definition: dict[str, Any]) -> dict[str, Any]:
    """Put a new layanan, or a new version of one, in force; for the system administrator."""
    return layanan_version(catalogue.publish(definition, person_id=person()))


@blp.route("/layanan.schema.json", methods=["GET"])
@public
@shared
@blp.response(200, DefinitionSchema, content_type="application/schema+json")
def show_schema() -> Response:
    """Show the JSON Schema of a definition, for editors."""
    return Response(schema_text(), content_type="application/schema+json")


@blp.route("/layanan/<code>", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananOfferedInFull)
def show_layanan(code: str) -> dict[str, Any]:
    """Show what is offered now, with what keeps the caller from filing it (R40)."""
    snapshot = region_snapshot()
    layanan, moment = snapshot.layanan[snapshot.offered(code)], snapshot.moment()
    standing = standing_of(person())
    return {
        **layanan_view(layanan, moment),
        "obstacles": obstacles_view(standing.before_filing(layanan, moment)),
        "running": running_view(standing.running_of(layanan)),
        "handled_by": divisions_of(layanan, snapshot),
    }


@blp.route("/layanan/<code>/versions/<int:version>", methods=["GET"])
@requires("proposal")
@unchanging
@blp.response(200, LayananVersion)
def show_version(code: str, version: int) -> dict[str, Any]:
    """Show a version as it is for ever: in every detail but whether its window is open today."""
    return layanan_version(region_snapshot().version_of(code, version))


@blp.route("/layanan/<code>/window", methods=["PUT"])
@requires("proposal")
@blp.arguments(WindowTaken)
@writes()
@blp.response(200, LayananVersion)
def take_window(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Have the layanan follow a shipped pattern of windows, as its next version."""
    return layanan_version(catalogue.take_window(code, person_id=person(), **body))


@blp.route("/layanan/<code>/window", methods=["DELETE"])
@requires("proposal")
@writes()
@blp.response(200, LayananVersion)
def give_back_window(code: str) -> dict[str, Any]:
    """Go back to the window of before a pattern was taken, as the layanan's next version."""
    return layanan_version(catalogue.give_back_window(code, person_id=person()))
