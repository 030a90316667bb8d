"""/alarms: proposals that nobody can decide today, for BKPSDM's officers."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.paging import PageArgs
from services.proposal.api.rendering import row, stage_label
from services.proposal.api.shapes import AlarmPage
from services.proposal.queries.proposals import proposals_by_id, unattended
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.usecases.calendar import require_keeper

blp = Blueprint("alarms", __name__, url_prefix="/api/proposal/v1/alarms")


@blp.route("", methods=["GET"])
@requires("proposal")
@blp.arguments(PageArgs, location="query")
@blp.response(200, AlarmPage)
def list_alarms(args: dict[str, Any]) -> dict[str, Any]:
    require_keeper(person())
    found = unattended(args["limit"], args["cursor"])
    snapshot = region_snapshot()
    known = proposals_by_id({one.proposal_id for one in found.items})
    return found.body(
        [
            {
                "raised_at": one.raised_at,
                "stage": one.stage,
                "stage_label": stage_label(one.stage),
                "proposal": row(known[one.proposal_id], snapshot),
            }
            for one in found.items
        ]
    )
