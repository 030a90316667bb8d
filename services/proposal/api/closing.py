"""/proposals/{id}/close: how a case ends before its time."""

from typing import Any
from uuid import UUID

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.proposal.api.requests import NewClosing
from services.proposal.api.views.proposals import ProposalChanged, ProposalView, changed
from services.proposal.usecases import closing

blp = Blueprint("closing", __name__, url_prefix="/api/proposal/v1/proposals")


@blp.route("/<uuid:proposal_id>/close", methods=["POST"])
@requires("proposal")
@blp.arguments(NewClosing)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def close(why: closing.Closing, proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(closing.close(proposal_id, person_id=person(), why=why, seen=seen))
