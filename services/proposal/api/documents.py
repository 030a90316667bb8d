"""/proposals/{id}/documents: put by receipt, taken away, looked at through a grant."""

from typing import Any
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.proposal.adapters.grants import Grant
from services.proposal.api.requests import GrantArgs, NewDocument
from services.proposal.api.views.documents import GrantView
from services.proposal.api.views.proposals import ProposalChanged, ProposalView, changed
from services.proposal.usecases import attaching, viewing

blp = Blueprint("documents", __name__, url_prefix="/api/proposal/v1/proposals")


@blp.route("/<uuid:proposal_id>/documents/<requirement>", methods=["PUT"])
@requires("proposal")
@blp.arguments(NewDocument)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def attach(body: dict[str, Any], proposal_id: UUID, requirement: str, seen: Seen) -> dict[str, Any]:
    return changed(
        attaching.attach(
            proposal_id, person_id=person(), requirement=requirement, seen=seen, **body
        )
    )


@blp.route("/<uuid:proposal_id>/documents/<requirement>", methods=["DELETE"])
@requires("proposal")
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def detach(proposal_id: UUID, requirement: str, seen: Seen) -> dict[str, Any]:
    return changed(
        attaching.detach(proposal_id, person_id=person(), requirement=requirement, seen=seen)
    )


@blp.route("/<uuid:proposal_id>/documents/<requirement>/grant", methods=["POST"])
@requires("proposal")
@blp.arguments(GrantArgs, required=False)
@blp.response(201, GrantView)
def grant(body: dict[str, Any], proposal_id: UUID, requirement: str) -> Grant:
    return viewing.grant_document(
        proposal_id, person_id=person(), requirement=requirement, revision=body["revision"]
    )
