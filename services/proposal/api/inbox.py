"""/inbox, /inbox/counts, /decided: an officer's work, waiting and done."""

from typing import Any

from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from services.proposal.api.requests import InboxArgs, ListArgs
from services.proposal.api.views.inbox import (
    Counts,
    DecidedPage,
    QueueList,
    decided_view,
    queues_view,
)
from services.proposal.api.views.proposals import ProposalPage, row
from services.proposal.queries import inbox
from services.proposal.queries.listing import Wanted

blp = Blueprint("inbox", __name__, url_prefix="/api/proposal/v1")


@blp.route("/inbox", methods=["GET"])
@requires("proposal")
@blp.arguments(InboxArgs, location="query")
@blp.response(200, ProposalPage)
def show_inbox(args: dict[str, Any]) -> Page:
    return inbox.inbox(person(), Wanted(**args)).each(row)


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
@blp.arguments(ListArgs, location="query")
@blp.response(200, DecidedPage)
def show_decided(args: dict[str, Any]) -> Page:
    return inbox.decided(person(), Wanted(**args)).each(decided_view)
