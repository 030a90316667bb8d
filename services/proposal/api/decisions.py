"""/proposals/{id}/decisions, /result, /sub-status: what officers do."""

from typing import Any
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.proposal.api.requests import NewDecision, NewResult, NewSubStatus
from services.proposal.api.views.proposals import ProposalChanged, ProposalView, changed
from services.proposal.usecases import processing, reviewing

blp = Blueprint("decisions", __name__, url_prefix="/api/proposal/v1/proposals")


@blp.route("/<uuid:proposal_id>/decisions", methods=["POST"])
@requires("proposal")
@blp.arguments(NewDecision)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def decide(verdict: reviewing.Verdict, proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(reviewing.decide(proposal_id, person_id=person(), verdict=verdict, seen=seen))


@blp.route("/<uuid:proposal_id>/result", methods=["POST"])
@requires("proposal")
@blp.arguments(NewResult)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def enter_result(outcome: processing.Outcome, proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(
        processing.enter_result(proposal_id, person_id=person(), outcome=outcome, seen=seen)
    )


@blp.route("/<uuid:proposal_id>/sub-status", methods=["PUT"])
@requires("proposal")
@blp.arguments(NewSubStatus)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def set_sub_status(
    sub_status: processing.SubStatus, proposal_id: UUID, seen: Seen
) -> dict[str, Any]:
    return changed(
        processing.set_sub_status(proposal_id, person_id=person(), sub_status=sub_status, seen=seen)
    )
