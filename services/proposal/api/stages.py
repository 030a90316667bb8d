"""/stages: the usual way of a proposal in words, for anybody."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import public
from services.proposal.api.views.layanan import StageNames, stage_names

blp = Blueprint("stages", __name__, url_prefix="/api/proposal/v1/stages")


@blp.route("", methods=["GET"])
@public
@blp.response(200, StageNames)
def list_stages() -> dict[str, Any]:
    """Name every stage an officer can decide; a layanan may leave some out."""
    return {"data": stage_names()}
