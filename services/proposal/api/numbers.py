"""/numbers: which proposal a number means, for operators; nothing of its content."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Blueprint, Schema
from chassis.http.auth import requires
from services.proposal.models import Proposal
from services.proposal.queries.proposals import numbered

blp = Blueprint("numbers", __name__, url_prefix="/api/proposal/v1/numbers")


class NumberArgs(Schema):
    """A number as people write it."""

    number = fields.String(required=True, metadata={"example": "DEMO/BEBAS-HUKDIS/2026/000001"})


class NumberedProposal(Schema):
    """The id with which other services know the proposal, and since when there is one."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    region = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)


@blp.route("", methods=["GET"])
@requires("ops")
@blp.arguments(NumberArgs, location="query")
@blp.response(200, NumberedProposal)
def find_numbered(args: dict[str, Any]) -> Proposal:
    return numbered(args["number"])
