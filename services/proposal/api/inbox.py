"""/inbox, /inbox/counts, /decided: an officer's work, waiting and done."""

from typing import Any

from marshmallow import fields

from chassis.http.api import Blueprint, Schema
from chassis.http.auth import person, requires
from services.proposal.api.rendering import row
from services.proposal.api.schemas import InboxArgs, ListArgs
from services.proposal.api.shapes import DecidedPage, ProposalPage
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.queries import inbox
from services.proposal.queries.inbox import Wanted
from services.proposal.queries.proposals import proposals_by_id
from services.proposal.queries.region_snapshot import region_snapshot

blp = Blueprint("inbox", __name__, url_prefix="/api/proposal/v1")


Counts: Any = Schema.from_dict(
    {str(stage): fields.Integer() for stage in OFFICER_STAGES}, name="InboxCounts"
)


@blp.route("/inbox", methods=["GET"])
@requires("proposal")
@blp.arguments(InboxArgs, location="query")
@blp.response(200, ProposalPage)
def show_inbox(args: dict[str, Any]) -> dict[str, Any]:
    snapshot = region_snapshot()
    found = inbox.inbox(person(), snapshot, snapshot.moment().today, Wanted(**args))
    return found.body([row(one, snapshot) for one in found.items])


@blp.route("/inbox/counts", methods=["GET"])
@requires("proposal")
@blp.response(200, Counts)
def show_counts() -> dict[str, int]:
    snapshot = region_snapshot()
    return inbox.counts(person(), snapshot, snapshot.moment().today)


@blp.route("/decided", methods=["GET"])
@requires("proposal")
@blp.arguments(ListArgs, location="query")
@blp.response(200, DecidedPage)
def show_decided(args: dict[str, Any]) -> dict[str, Any]:
    found = inbox.decided(person(), Wanted(**args))
    snapshot = region_snapshot()
    known = proposals_by_id({one.proposal_id for one in found.items})
    return found.body(
        [
            {
                "at": one.at,
                "action": one.action,
                "from_stage": one.from_stage,
                "to_stage": one.to_stage,
                "note": one.note,
                "proposal": row(known[one.proposal_id], snapshot),
            }
            for one in found.items
        ]
    )
