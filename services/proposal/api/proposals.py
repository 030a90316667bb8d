"""/proposals: an applicant's proposals, and one proposal for all who may see it."""

from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.languages import language
from chassis.http.listing import lists
from chassis.http.writing import writes
from services.proposal.api.requests import FieldChanges, NewProposal, ProposalArgs
from services.proposal.api.views.history import HistoryList, entry_view
from services.proposal.api.views.proposal_receipt import ReceiptView, receipt_view
from services.proposal.api.views.proposals import (
    ProposalChanged,
    ProposalRow,
    ProposalView,
    changed,
    proposal_view,
    row,
)
from services.proposal.api.views.tracking import TrackingView, tracking_view
from services.proposal.queries.listing import MINE
from services.proposal.queries.proposals import mine, see
from services.proposal.queries.region_snapshot import region_zone
from services.proposal.usecases import applying, receipting

blp = Blueprint("proposals", __name__, url_prefix="/api/proposal/v1/proposals")


@blp.route("", methods=["POST"])
@requires("proposal")
@blp.arguments(NewProposal)
@writes(minimal=ProposalChanged)
@blp.response(201, ProposalView)
def create(body: dict[str, Any]) -> dict[str, Any]:
    return changed(applying.create_draft(person_id=person(), **body))


@blp.route("", methods=["GET"])
@requires("proposal")
@lists(blp, MINE, ProposalRow, zone=region_zone)
def list_mine(wanted: Wanted) -> Page:
    return mine(person(), wanted).each(row)


@blp.route("/<uuid:proposal_id>", methods=["GET"])
@requires("proposal")
@blp.arguments(ProposalArgs, location="query", unknown=EXCLUDE)
@blp.response(200, ProposalView)
def show(args: dict[str, Any], proposal_id: UUID) -> dict[str, Any]:
    return proposal_view(see(proposal_id, person()), **args)


@blp.route("/<uuid:proposal_id>", methods=["PATCH"])
@requires("proposal")
@blp.arguments(FieldChanges)
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def edit(body: dict[str, Any], proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(applying.edit(proposal_id, person_id=person(), seen=seen, **body))


@blp.route("/<uuid:proposal_id>/submit", methods=["POST"])
@requires("proposal")
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def submit(proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(applying.submit(proposal_id, person_id=person(), seen=seen, language=language()))


@blp.route("/<uuid:proposal_id>/resubmit", methods=["POST"])
@requires("proposal")
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def resubmit(proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(applying.resubmit(proposal_id, person_id=person(), seen=seen))


@blp.route("/<uuid:proposal_id>/withdraw", methods=["POST"])
@requires("proposal")
@writes(if_match=True, minimal=ProposalChanged)
@blp.response(200, ProposalView)
def withdraw(proposal_id: UUID, seen: Seen) -> dict[str, Any]:
    return changed(applying.withdraw(proposal_id, person_id=person(), seen=seen))


@blp.route("/<uuid:proposal_id>/receipt", methods=["POST"])
@requires("proposal")
@writes()
@blp.response(202, ReceiptView)
def ask_for_receipt(proposal_id: UUID) -> dict[str, Any] | None:
    """Have the receipt made if it is not there: of a proposal from before there were any."""
    receipting.ask_for(proposal_id, person_id=person(), language=language())
    viewed = see(proposal_id, person())
    return receipt_view(viewed, viewed.dossier.papers)


@blp.route("/<uuid:proposal_id>/history", methods=["GET"])
@requires("proposal")
@blp.response(200, HistoryList)
def show_history(proposal_id: UUID) -> dict[str, Any]:
    entries = see(proposal_id, person()).dossier.history
    return {"data": [entry_view(entry) for entry in entries]}


@blp.route("/<uuid:proposal_id>/tracking", methods=["GET"])
@requires("proposal")
@blp.response(200, TrackingView)
def track(proposal_id: UUID) -> dict[str, Any]:
    return tracking_view(see(proposal_id, person()))
