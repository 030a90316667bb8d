"""/proposals/{id}/documents: put by receipt, taken away, looked at through a grant."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match
from services.proposal.adapters.grants import Grant
from services.proposal.adapters.receipts import read_receipt
from services.proposal.api.proposals import answer
from services.proposal.api.schemas import GrantArgs, NewDocument
from services.proposal.api.shapes import GrantView, ProposalView
from services.proposal.models import db
from services.proposal.usecases import attaching, viewing

blp = Blueprint("documents", __name__, url_prefix="/api/proposal/v1/proposals")


@blp.route("/<uuid:proposal_id>/documents/<requirement>", methods=["PUT"])
@requires("proposal")
@needs_if_match
@blp.arguments(NewDocument)
@blp.response(200, ProposalView)
def attach(body: dict[str, Any], proposal_id: UUID, requirement: str) -> dict[str, Any]:
    receipt = read_receipt(body["receipt"])
    with db.transaction():
        return answer(
            attaching.attach(
                proposal_id,
                person_id=person(),
                requirement=requirement,
                receipt=receipt,
                match=require_match,
            )
        )


@blp.route("/<uuid:proposal_id>/documents/<requirement>", methods=["DELETE"])
@requires("proposal")
@needs_if_match
@blp.response(200, ProposalView)
def detach(proposal_id: UUID, requirement: str) -> dict[str, Any]:
    with db.transaction():
        return answer(
            attaching.detach(
                proposal_id, person_id=person(), requirement=requirement, match=require_match
            )
        )


@blp.route("/<uuid:proposal_id>/documents/<requirement>/grant", methods=["POST"])
@requires("proposal")
@blp.arguments(GrantArgs, required=False)
@blp.response(201, GrantView)
def grant(body: dict[str, Any], proposal_id: UUID, requirement: str) -> Grant:
    return viewing.grant_document(
        proposal_id, person_id=person(), requirement=requirement, revision=body["revision"]
    )
