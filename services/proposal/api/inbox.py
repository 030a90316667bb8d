"""/inbox, /inbox/counts, /decided: an officer's work, waiting and done."""

from typing import Any

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.listing import lists
from services.proposal.api.views.inbox import (
    Counts,
    DecidedRow,
    QueueList,
    decided_view,
    queues_view,
)
from services.proposal.api.views.proposals import ProposalRow, row
from services.proposal.queries import inbox
from services.proposal.queries.listing import DECIDED, INBOX
from services.proposal.queries.region_snapshot import region_zone

blp = Blueprint("inbox", __name__, url_prefix="/api/proposal/v1")


@blp.route("/inbox", methods=["GET"])
@requires("proposal")
@lists(blp, INBOX, ProposalRow, zone=region_zone)
def show_inbox(wanted: Wanted) -> Page:
    return inbox.inbox(person(), wanted).each(row)


@blp.route("/inbox/counts", methods=["GET"])
@requires("proposal")
@blp.response(200, Counts)
def show_counts() -> dict[str, int]:
    return inbox.counts(person())


@blp.route("/inbox/queues", methods=["GET"])
@requires("proposal")
@blp.response(200, QueueList)
def show_queues() -> dict[str, Any]:
    """Say which queues the person decides from today, in words, and how many wait in each."""
    return {"data": queues_view(inbox.counts(person()))}


@blp.route("/decided", methods=["GET"])
@requires("proposal")
@lists(blp, DECIDED, DecidedRow, zone=region_zone)
def show_decided(wanted: Wanted) -> Page:
    return inbox.decided(person(), wanted).each(decided_view)
