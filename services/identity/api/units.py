"""Administration of the tree of units; reading it is open to everyone signed in."""

from typing import Any
from uuid import UUID

from chassis.data.paging import Page
from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import requires
from chassis.http.writing import writes
from services.identity import queries
from services.identity.api.access import administrators_only
from services.identity.api.requests import NewUnit, UnitChange, UnitFilter
from services.identity.api.views import UnitPage, UnitView
from services.identity.models import Unit
from services.identity.usecases import units

blp = Blueprint("units", url_prefix="/api/identity/v1", description="The tree of units")


@blp.route("/units")
@requires("identity")
@blp.arguments(UnitFilter, location="query")
@blp.response(200, UnitPage)
def listing(args: dict[str, Any]) -> Page:
    """Units by name."""
    return queries.units(**args)


@blp.route("/units", methods=["POST"])
@requires("identity")
@blp.arguments(NewUnit)
@writes()
@blp.response(201, UnitView)
@administrators_only
def add(body: dict[str, Any]) -> Unit:
    """Add a unit below another."""
    return units.add(**body)


@blp.route("/units/<uuid:unit_id>")
@requires("identity")
@blp.response(200, UnitView)
def read(unit_id: UUID) -> Unit:
    """One unit."""
    return queries.unit(unit_id)


@blp.route("/units/<uuid:unit_id>", methods=["PATCH"])
@requires("identity")
@blp.arguments(UnitChange)
@writes(if_match=True)
@blp.response(200, UnitView)
@administrators_only
def change(body: dict[str, Any], unit_id: UUID, seen: Seen) -> Unit:
    """Rename a unit, or take it out of use."""
    return units.change(unit_id, seen=seen, values=body)
