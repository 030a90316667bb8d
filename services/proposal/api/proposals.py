"""/proposals: an applicant's proposals, and one proposal for all who may see it."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match, set_etag
from chassis.http.idempotency import idempotent
from services.proposal.api.rendering import entry, row, stage_label
from services.proposal.api.rendering_proposal import proposal_view
from services.proposal.api.schemas import FieldChanges, MineArgs, NewProposal
from services.proposal.api.shapes import HistoryList, ProposalPage, ProposalView, TrackingView
from services.proposal.domain.schedule import stage_due
from services.proposal.domain.workflow import decider_of
from services.proposal.models import Proposal, db
from services.proposal.queries.inbox import Wanted
from services.proposal.queries.proposals import Seen, history, mine, names_of, see, shown
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.usecases import applying

blp = Blueprint("proposals", __name__, url_prefix="/api/proposal/v1/proposals")


def answer(proposal: Proposal) -> dict[str, Any]:
    """Show a proposal after a change, with its new ETag.

    Inside the change's transaction: what cannot be answered is not made, so that a client that
    was told to come back does not find it made already.
    """
    set_etag(proposal.version)
    return proposal_view(shown(proposal, person()))


@blp.route("", methods=["POST"])
@requires("proposal")
@idempotent
@blp.arguments(NewProposal)
@blp.response(201, ProposalView)
def create(body: dict[str, Any]) -> dict[str, Any]:
    return answer(applying.create_draft(person_id=person(), **body))


@blp.route("", methods=["GET"])
@requires("proposal")
@blp.arguments(MineArgs, location="query")
@blp.response(200, ProposalPage)
def list_mine(args: dict[str, Any]) -> dict[str, Any]:
    state = args.pop("state")
    found = mine(person(), Wanted(**args), state)
    snapshot = region_snapshot()
    return found.body([row(one, snapshot) for one in found.items])


@blp.route("/<uuid:proposal_id>", methods=["GET"])
@requires("proposal")
@blp.response(200, ProposalView)
def show(proposal_id: UUID) -> dict[str, Any]:
    seen = see(proposal_id, person())
    set_etag(seen.proposal.version)
    return proposal_view(seen)


@blp.route("/<uuid:proposal_id>", methods=["PATCH"])
@requires("proposal")
@needs_if_match
@blp.arguments(FieldChanges)
@blp.response(200, ProposalView)
def edit(body: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
    changes = body["fields"]
    with db.transaction():
        return answer(
            applying.edit(proposal_id, person_id=person(), fields=changes, match=require_match)
        )


@blp.route("/<uuid:proposal_id>/submit", methods=["POST"])
@requires("proposal")
@needs_if_match
@idempotent
@blp.response(200, ProposalView)
def submit(proposal_id: UUID) -> dict[str, Any]:
    return answer(applying.submit(proposal_id, person_id=person(), match=require_match))


@blp.route("/<uuid:proposal_id>/resubmit", methods=["POST"])
@requires("proposal")
@needs_if_match
@idempotent
@blp.response(200, ProposalView)
def resubmit(proposal_id: UUID) -> dict[str, Any]:
    return answer(applying.resubmit(proposal_id, person_id=person(), match=require_match))


@blp.route("/<uuid:proposal_id>/withdraw", methods=["POST"])
@requires("proposal")
@needs_if_match
@idempotent
@blp.response(200, ProposalView)
def withdraw(proposal_id: UUID) -> dict[str, Any]:
    return answer(applying.withdraw(proposal_id, person_id=person(), match=require_match))


@blp.route("/<uuid:proposal_id>/history", methods=["GET"])
@requires("proposal")
@blp.response(200, HistoryList)
def show_history(proposal_id: UUID) -> dict[str, Any]:
    see(proposal_id, person())
    return {"data": [entry(one) for one in history(proposal_id)]}


@blp.route("/<uuid:proposal_id>/tracking", methods=["GET"])
@requires("proposal")
@blp.response(200, TrackingView)
def track(proposal_id: UUID) -> dict[str, Any]:
    seen = see(proposal_id, person())
    proposal, stage = seen.proposal, seen.position.stage
    return {
        "stage": proposal.stage,
        "stage_label": stage_label(proposal.stage),
        "decider": decider_of(seen.layanan, stage),
        "holders": _holders(seen),
        "since": proposal.stage_since,
        "due": _due(seen),
        "expected_end": None if proposal.closed_at else proposal.expected_end,
    }


def _holders(seen: Seen) -> list[dict[str, Any]]:
    holders = seen.deciders.holders
    names = names_of(holders)
    return [
        {
            "id": one.employee_id,
            "name": names.get(one.employee_id, ""),
            "role": one.role,
            "acting": one.acting,
        }
        for one in holders
    ]


def _due(seen: Seen) -> Any:
    since = seen.proposal.stage_since.astimezone(seen.moment.zone).date()
    return stage_due(
        seen.layanan,
        stage=seen.position.stage,
        since=since,
        holidays=seen.moment.holidays,
    )
