"""Giving accounts back to their owners: who asks, who confirms, who stops it (C17)."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from chassis.kernel.nip import parse_nip
from chassis.process.runtime import here
from services.identity import queries
from services.identity.api.requests import NewRecovery, RecoveryStop
from services.identity.api.views import LetterPart, RecoveryList, RecoveryView, recovery_view
from services.identity.domain.recovering import Resets
from services.identity.models import AccountRecovery
from services.identity.usecases import handing_over, recoveries, recovering, stopping

blp = Blueprint("recoveries", url_prefix="/api/identity/v1", description="Recovery of accounts")


@blp.route("/recoveries")
@requires("identity")
@blp.response(200, RecoveryList)
def listing() -> dict[str, Any]:
    """Open requests: for Umpeg those of the own OPD, for BKPSDM all; never one's own."""
    return {"data": [_shown(row) for row in recoveries.open_for(person())]}


@blp.route("/recoveries", methods=["POST"])
@requires("identity")
@blp.arguments(NewRecovery)
@writes()
@blp.response(201, RecoveryView)
def ask(body: dict[str, Any]) -> dict[str, Any]:
    """Ask for somebody who stands before the desk; the own confirmation is given with it."""
    owner = queries.employee_by_nip(parse_nip(body["nip"]).digits)
    resets, lost = Resets(body["resets"]), body["contact_lost"]
    return _shown(recovering.ask(owner.id, resets, by=person(), contact_lost=lost))


@blp.route("/recoveries/<uuid:recovery_id>/confirm", methods=["POST"])
@requires("identity")
@writes()
@blp.response(200, RecoveryView)
def confirm(recovery_id: UUID) -> dict[str, Any]:
    """Confirm that it is the owner who asks."""
    return _shown(recovering.confirm(recovery_id, by=person()))


@blp.route("/recoveries/<uuid:recovery_id>/stop", methods=["POST"])
@requires("identity")
@blp.arguments(RecoveryStop)
@writes()
@blp.response(200, RecoveryView)
def stop(body: dict[str, str], recovery_id: UUID) -> dict[str, Any]:
    """Stop a recovery; its owner may from any session, an officer who did not confirm says why."""
    return _shown(stopping.stop(recovery_id, by=person(), reason=body["reason"]))


@blp.route("/recoveries/<uuid:recovery_id>/letter", methods=["POST"])
@requires("identity")
@writes(once=False)
@blp.response(200, LetterPart)
def letter(recovery_id: UUID) -> dict[str, Any]:
    """One's part of the letter, after the waiting time; a new link ends the one before."""
    part = handing_over.hand_over(recovery_id, by=person())
    url = f"{here().settings.public_url}{part.path}" if part.path else None
    return {"path": part.path, "url": url, "expires_at": part.expires_at, "code": part.code}


@blp.route("/me/recoveries")
@requires("identity")
@blp.response(200, RecoveryList)
def mine() -> dict[str, Any]:
    """Open requests for my own account."""
    return {"data": [_shown(row) for row in recoveries.own(person())]}


def _shown(row: AccountRecovery) -> dict[str, Any]:
    return recovery_view(row, person())
