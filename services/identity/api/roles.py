"""Administration of roles and heads' posts."""

from typing import Any
from uuid import UUID

from chassis.data.paging import Page
from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from chassis.kernel.roles import Role
from services.identity import queries
from services.identity.api.access import administrators_only
from services.identity.api.requests import (
    GrantEnd,
    GrantProlongation,
    NewRoleGrant,
    RoleGrantFilter,
)
from services.identity.api.views import RoleGrantPage, RoleGrantView, RoleList
from services.identity.models import RoleGrant
from services.identity.usecases import roles

blp = Blueprint("roles", url_prefix="/api/identity/v1", description="Roles and heads of units")


@blp.route("/roles")
@requires("identity")
@blp.response(200, RoleList)
def known() -> dict[str, list[Role]]:
    """Every role a person can be given, with its name and what it is held for."""
    return {"data": queries.roles()}


@blp.route("/role-grants")
@requires("identity")
@blp.arguments(RoleGrantFilter, location="query")
@blp.response(200, RoleGrantPage)
@administrators_only
def listing(args: dict[str, Any]) -> Page:
    """Roles given, newest first."""
    return queries.role_grants(**args)


@blp.route("/role-grants", methods=["POST"])
@requires("identity")
@blp.arguments(NewRoleGrant)
@writes()
@blp.response(201, RoleGrantView)
@administrators_only
def grant(body: roles.NewGrant) -> RoleGrant:
    """Give a role: `acting` and dates as for a head's post."""
    return roles.grant(body, by=person())


@blp.route("/role-grants/<uuid:grant_id>")
@requires("identity")
@blp.response(200, RoleGrantView)
@administrators_only
def read(grant_id: UUID) -> RoleGrant:
    """One role given."""
    return queries.role_grant(grant_id)


@blp.route("/role-grants/<uuid:grant_id>/end", methods=["POST"])
@requires("identity")
@blp.arguments(GrantEnd)
@writes(if_match=True)
@blp.response(200, RoleGrantView)
@administrators_only
def end(body: dict[str, Any], grant_id: UUID, seen: Seen) -> RoleGrant:
    """End a role, at once or after a day."""
    return roles.end_grant(grant_id, by=person(), seen=seen, last_day=body["ends_on"])


@blp.route("/role-grants/<uuid:grant_id>/prolong", methods=["POST"])
@requires("identity")
@blp.arguments(GrantProlongation)
@writes(if_match=True)
@blp.response(200, RoleGrantView)
@administrators_only
def prolong(body: dict[str, Any], grant_id: UUID, seen: Seen) -> RoleGrant:
    """Move the end of an acting post; a Plt at most to six months in all."""
    return roles.prolong(grant_id, by=person(), seen=seen, until=body["ends_on"])
