"""/numbers: which proposal a number means, for operators; nothing of its content."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from services.proposal.api.requests import NumberArgs
from services.proposal.api.views.numbers import NumberedProposal
from services.proposal.models import Proposal
from services.proposal.queries.proposals import numbered

blp = Blueprint("numbers", __name__, url_prefix="/api/proposal/v1/numbers")


@blp.route("", methods=["GET"])
@requires("ops")
@blp.arguments(NumberArgs, location="query")
@blp.response(200, NumberedProposal)
def find_numbered(args: dict[str, Any]) -> Proposal:
    return numbered(args["number"])
