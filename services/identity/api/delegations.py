"""Delegations: a holder's own, or made by an administrator."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match, set_etag
from chassis.http.idempotency import idempotent
from chassis.http.paging import page
from chassis.kernel.errors import NotFound
from services.identity import queries
from services.identity.api.schemas import (
    DelegationFilter,
    DelegationPage,
    DelegationView,
    NewDelegation,
)
from services.identity.domain.roles import ADMINISTRATORS
from services.identity.models import Delegation, db
from services.identity.usecases import roles

blp = Blueprint("delegations", url_prefix="/api/identity/v1", description="Delegations")


@blp.route("/delegations")
@requires("identity")
@blp.arguments(DelegationFilter, location="query")
@blp.response(200, DelegationPage)
def listing(args: dict[str, Any]) -> dict[str, Any]:
    """Delegations, newest first: one's own, or all for an administrator."""
    involving = args["involving"] if _is_administrator() else person()
    wanted = queries.delegations(involving=involving, role=args["role"], active=args["active"])
    return page(
        db.session(), wanted, by=(Delegation.id,), limit=args["limit"], cursor=args["cursor"]
    ).body()


@blp.route("/delegations", methods=["POST"])
@requires("identity")
@idempotent
@blp.arguments(NewDelegation)
@blp.response(201, DelegationView)
def add(body: roles.NewDelegation) -> Delegation:
    """Hand a role's decisions to a colleague for some dates."""
    return _shown(roles.delegate(body, by=person()))


@blp.route("/delegations/<uuid:delegation_id>")
@requires("identity")
@blp.response(200, DelegationView)
def read(delegation_id: UUID) -> Delegation:
    """One delegation."""
    return _shown(_visible(delegation_id))


@blp.route("/delegations/<uuid:delegation_id>/end", methods=["POST"])
@needs_if_match
@requires("identity")
@idempotent
@blp.response(200, DelegationView)
def end(delegation_id: UUID) -> Delegation:
    """End a delegation at once."""
    row = _visible(delegation_id)
    require_match(row.version)
    return _shown(roles.end_delegation(row, by=person()))


def _visible(delegation_id: UUID) -> Delegation:
    row = queries.delegation(delegation_id)
    if person() not in (row.from_employee_id, row.to_employee_id) and not _is_administrator():
        raise NotFound
    return row


def _is_administrator() -> bool:
    return bool(ADMINISTRATORS & set(queries.roles_today(person())))


def _shown(row: Delegation) -> Delegation:
    set_etag(row.version)
    return row
