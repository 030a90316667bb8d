"""/proposals/{id}/withdrawal-request, /withdrawal-answer: withdrawal after the first decision."""

from typing import Any
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.proposal.api.requests import NewWithdrawalAnswer, NewWithdrawalRequest
from services.proposal.api.views.proposals import ProposalChanged, ProposalView, changed
from services.proposal.usecases import withdrawing

blp = Blueprint("withdrawals", __name__, url_prefix="/api/proposal/v1/proposals")


@blp.route("/<uuid:proposal_id>/withdrawal-request", methods=["POST"])
@requires("proposal")
@blp.arguments(NewWithdrawalRequest)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def ask(body: dict[str, Any], proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(withdrawing.ask(proposal_id, person_id=person(), seen=seen, **body))


@blp.route("/<uuid:proposal_id>/withdrawal-answer", methods=["POST"])
@requires("proposal")
@blp.arguments(NewWithdrawalAnswer)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def answer(said: withdrawing.Answer, proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(withdrawing.answer(proposal_id, person_id=person(), said=said, seen=seen))
