"""Delegations: a holder's own, or made by an administrator."""

from typing import Any
from uuid import UUID

from chassis.data.paging import Page
from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.identity import queries
from services.identity.api.requests import DelegationFilter, NewDelegation
from services.identity.api.views import DelegationPage, DelegationView
from services.identity.models import Delegation
from services.identity.usecases import delegating

blp = Blueprint("delegations", url_prefix="/api/identity/v1", description="Delegations")


@blp.route("/delegations")
@requires("identity")
@blp.arguments(DelegationFilter, location="query")
@blp.response(200, DelegationPage)
def listing(args: dict[str, Any]) -> Page:
    """Delegations, newest first: one's own, or all for an administrator."""
    return queries.delegations(person(), **args)


@blp.route("/delegations", methods=["POST"])
@requires("identity")
@blp.arguments(NewDelegation)
@writes()
@blp.response(201, DelegationView)
def add(body: delegating.NewDelegation) -> Delegation:
    """Hand a role's decisions to a colleague for some dates."""
    return delegating.delegate(body, by=person())


@blp.route("/delegations/<uuid:delegation_id>")
@requires("identity")
@blp.response(200, DelegationView)
def read(delegation_id: UUID) -> Delegation:
    """One delegation."""
    return queries.delegation(delegation_id, person())


@blp.route("/delegations/<uuid:delegation_id>/end", methods=["POST"])
@requires("identity")
@writes(if_match=True)
@blp.response(200, DelegationView)
def end(delegation_id: UUID, seen: Seen) -> Delegation:
    """End a delegation at once."""
    return delegating.end_delegation(delegation_id, by=person(), seen=seen)
