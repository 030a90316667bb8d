"""Administration of roles and heads' posts."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match, set_etag
from chassis.http.idempotency import idempotent
from chassis.http.paging import page
from services.identity import queries
from services.identity.api.access import administrators_only
from services.identity.api.schemas import (
    GrantEnd,
    GrantProlongation,
    NewRoleGrant,
    RoleGrantFilter,
    RoleGrantPage,
    RoleGrantView,
)
from services.identity.models import RoleGrant, db
from services.identity.usecases import roles

blp = Blueprint("roles", url_prefix="/api/identity/v1", description="Roles and heads of units")


@blp.route("/role-grants")
@requires("identity")
@blp.arguments(RoleGrantFilter, location="query")
@blp.response(200, RoleGrantPage)
@administrators_only
def listing(args: dict[str, Any]) -> dict[str, Any]:
    """Roles given, newest first."""
    wanted = queries.role_grants(
        employee_id=args["employee_id"],
        role=args["role"],
        unit_id=args["unit_id"],
        active=args["active"],
    )
    return page(
        db.session(), wanted, by=(RoleGrant.id,), limit=args["limit"], cursor=args["cursor"]
    ).body()


@blp.route("/role-grants", methods=["POST"])
@requires("identity")
@idempotent
@blp.arguments(NewRoleGrant)
@blp.response(201, RoleGrantView)
@administrators_only
def grant(body: roles.NewGrant) -> RoleGrant:
    """Give a role: `acting` and dates as for a head's post."""
    return _shown(roles.grant(body, by=person()))


@blp.route("/role-grants/<uuid:grant_id>")
@requires("identity")
@blp.response(200, RoleGrantView)
@administrators_only
def read(grant_id: UUID) -> RoleGrant:
    """One role given."""
    return _shown(queries.role_grant(grant_id))


@blp.route("/role-grants/<uuid:grant_id>/end", methods=["POST"])
@needs_if_match
@requires("identity")
@idempotent
@blp.arguments(GrantEnd)
@blp.response(200, RoleGrantView)
@administrators_only
def end(body: dict[str, Any], grant_id: UUID) -> RoleGrant:
    """End a role, at once or after a day."""
    row = queries.role_grant(grant_id)
    require_match(row.version)
    return _shown(roles.end_grant(row, by=person(), last_day=body["ends_on"]))


@blp.route("/role-grants/<uuid:grant_id>/prolong", methods=["POST"])
@needs_if_match
@requires("identity")
@idempotent
@blp.arguments(GrantProlongation)
@blp.response(200, RoleGrantView)
@administrators_only
def prolong(body: dict[str, Any], grant_id: UUID) -> RoleGrant:
    """Move the end of an acting post; a Plt at most to six months in all."""
    row = queries.role_grant(grant_id)
    require_match(row.version)
    return _shown(roles.prolong(row, by=person(), until=body["ends_on"]))


def _shown(row: RoleGrant) -> RoleGrant:
    set_etag(row.version)
    return row
