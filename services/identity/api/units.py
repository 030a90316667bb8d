"""Administration of the tree of units; reading it is open to everyone signed in."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import requires
from chassis.http.etags import require_match, set_etag
from chassis.http.idempotency import idempotent
from chassis.http.paging import page
from services.identity import queries
from services.identity.api.access import administrators_only
from services.identity.api.schemas import NewUnit, UnitChange, UnitFilter, UnitPage, UnitView
from services.identity.models import Unit, db
from services.identity.usecases import units

blp = Blueprint("units", url_prefix="/api/identity/v1", description="The tree of units")


@blp.route("/units")
@requires("identity")
@blp.arguments(UnitFilter, location="query")
@blp.response(200, UnitPage)
def listing(args: dict[str, Any]) -> dict[str, Any]:
    """Units by name."""
    wanted = queries.units(
        q=args["q"], kind=args["kind"], parent_id=args["parent_id"], active=args["active"]
    )
    return page(
        db.session(),
        wanted,
        by=(Unit.name, Unit.id),
        limit=args["limit"],
        cursor=args["cursor"],
        descending=False,
    ).body()


@blp.route("/units", methods=["POST"])
@requires("identity")
@idempotent
@blp.arguments(NewUnit)
@blp.response(201, UnitView)
@administrators_only
def add(body: dict[str, Any]) -> Unit:
    """Add a unit below another."""
    unit = units.add(**body)
    set_etag(unit.version)
    return unit


@blp.route("/units/<uuid:unit_id>")
@requires("identity")
@blp.response(200, UnitView)
def read(unit_id: UUID) -> Unit:
    """One unit."""
    unit = queries.unit(unit_id)
    set_etag(unit.version)
    return unit


@blp.route("/units/<uuid:unit_id>", methods=["PATCH"])
@needs_if_match
@requires("identity")
@blp.arguments(UnitChange)
@blp.response(200, UnitView)
@administrators_only
def change(body: dict[str, Any], unit_id: UUID) -> Unit:
    """Rename a unit, or take it out of use."""
    with db.transaction():
        unit = queries.unit(unit_id)
        require_match(unit.version)
        units.change(unit, values=body)
    set_etag(unit.version)
    return unit
