"""/layanan: what the region offers."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from services.proposal.api.rendering_layanan import layanan_row, layanan_view
from services.proposal.api.shapes_layanan import LayananPage, LayananView
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.usecases.applying import LayananUnknown

blp = Blueprint("layanan", __name__, url_prefix="/api/proposal/v1/layanan")


@blp.route("", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananPage)
def list_layanan() -> dict[str, Any]:
    snapshot = region_snapshot()
    moment = snapshot.moment()
    rows = [layanan_row(snapshot.layanan[one], moment) for one in snapshot.current.values()]
    return {"data": rows, "page": {"next_cursor": None, "has_more": False}}


@blp.route("/<code>", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananView)
def show_layanan(code: str) -> dict[str, Any]:
    snapshot = region_snapshot()
    if code not in snapshot.current:
        raise LayananUnknown
    return layanan_view(snapshot.layanan[snapshot.current[code]], snapshot.moment())
