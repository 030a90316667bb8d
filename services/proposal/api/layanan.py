"""/layanan: what the region offers, and every version a proposal was ever filed under."""

from typing import Any

from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import requires
from chassis.http.caching import unchanging
from services.proposal.api.views.layanan import (
    LayananPage,
    LayananVersion,
    LayananView,
    layanan_row,
    layanan_version,
    layanan_view,
)
from services.proposal.queries.region_snapshot import region_snapshot

blp = Blueprint("layanan", __name__, url_prefix="/api/proposal/v1/layanan")


@blp.route("", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananPage)
def list_layanan() -> Page:
    snapshot = region_snapshot()
    moment = snapshot.moment()
    return Page(
        [layanan_row(snapshot.layanan[version], moment) for version in snapshot.current.values()]
    )


@blp.route("/<code>", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananView)
def show_layanan(code: str) -> dict[str, Any]:
    snapshot = region_snapshot()
    return layanan_view(snapshot.layanan[snapshot.offered(code)], snapshot.moment())


@blp.route("/<code>/versions/<int:version>", methods=["GET"])
@requires("proposal")
@unchanging
@blp.response(200, LayananVersion)
def show_version(code: str, version: int) -> dict[str, Any]:
    """Show a version as it is for ever: in every detail but whether its window is open today."""
    return layanan_version(region_snapshot().version_of(code, version))
