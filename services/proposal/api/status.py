"""/status: where a proposal is, for anybody with its number and lookup code (R20)."""

from typing import Any

from flask import request

from chassis.http.api import Blueprint
from chassis.http.auth import public
from chassis.http.callers import network_of
from chassis.process.regions import in_region
from services.proposal.api.requests import StatusQuestion
from services.proposal.api.views.status import StatusView, status_view
from services.proposal.models import PEOPLE
from services.proposal.usecases import looking_up
from staff.snapshot import region_name

blp = Blueprint("status", __name__, url_prefix="/api/proposal/v1/status")


@blp.route("", methods=["POST"])
@public
@blp.arguments(StatusQuestion)
@blp.response(200, StatusView)
def look_up(body: dict[str, Any]) -> dict[str, Any]:
    address = network_of(request.remote_addr or "")
    proposal = looking_up.look_up(body["number"], body["lookup_code"], address=address)
    with in_region(proposal.region):
        return status_view(proposal, region_name(PEOPLE).zone)
