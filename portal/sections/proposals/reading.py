"""What the pages of an applicant's proposals need, from the API."""

from collections.abc import Mapping
from typing import Any

from portal.shell.cases import API, load_proposal
from portal.shell.signed_in import api, visitor_api

PAGE_SIZE = "10"
ON_THE_FIRST_PAGE = "5"


def mine(state: str, wanted: Mapping[str, str | None], limit: str = PAGE_SIZE) -> Any:
    return api().get(f"{API}/proposals", state=state, limit=limit, **wanted)


def newest() -> dict[str, Any]:
    """Read the first few running proposals, and whether there are more."""
    listing = mine("open", {}, ON_THE_FIRST_PAGE)
    return {"proposals": listing["data"], "has_more": listing["page"]["has_more"]}


def load(proposal_id: str) -> dict[str, Any]:
    """Read one proposal with its history and where it is now."""
    path = f"{API}/proposals/{proposal_id}"
    reply = load_proposal(proposal_id)
    return {
        "proposal": reply.data,
        "etag": reply.etag,
        "layanan": reply.data["definition"],
        "history": api().get(f"{path}/history")["data"],
        "tracking": api().get(f"{path}/tracking"),
    }


def usual_way() -> dict[str, Any]:
    """Name the stages a proposal goes through, for who has not signed in."""
    return {"stages": visitor_api().get(f"{API}/stages")["data"]}
