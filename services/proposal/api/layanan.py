"""/layanan: what the region offers."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from services.proposal.api.rendering_layanan import layanan_row, layanan_view
from services.proposal.api.shapes_layanan import LayananPage, LayananView
from services.proposal.queries.region_book import region_book
from services.proposal.usecases.applying import LayananUnknown

blp = Blueprint("layanan", __name__, url_prefix="/api/proposal/v1/layanan")


@blp.route("", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananPage)
def list_layanan() -> dict[str, Any]:
    book = region_book()
    moment = book.moment()
    rows = [layanan_row(book.layanan[one], moment) for one in book.current.values()]
    return {"data": rows, "page": {"next_cursor": None, "has_more": False}}


@blp.route("/<code>", methods=["GET"])
@requires("proposal")
@blp.response(200, LayananView)
def show_layanan(code: str) -> dict[str, Any]:
    book = region_book()
    if code not in book.current:
        raise LayananUnknown
    return layanan_view(book.layanan[book.current[code]], book.moment())
