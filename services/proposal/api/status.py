"""/status: where a proposal is, for anybody with its number and lookup code (R20)."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import public
from chassis.process.regions import all_regions, in_region
from services.proposal.api.requests import StatusQuestion
from services.proposal.api.views.status import StatusView, status_view
from services.proposal.models import PEOPLE
from services.proposal.queries.proposals import status_of
from staff.snapshot import region_name

blp = Blueprint("status", __name__, url_prefix="/api/proposal/v1/status")


@blp.route("", methods=["POST"])
@public
@blp.arguments(StatusQuestion)
@blp.response(200, StatusView)
def look_up(body: dict[str, Any]) -> dict[str, Any]:
    with all_regions():
        proposal = status_of(body["number"], body["lookup_code"])
    with in_region(proposal.region):
        return status_view(proposal, region_name(PEOPLE).zone)
