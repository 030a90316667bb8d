"""The region's own settings of identity, and its signing keys."""

from typing import Any

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.identity import queries
from services.identity.api.access import sysadmins_only
from services.identity.api.requests import RegionChange
from services.identity.api.views import RegionView
from services.identity.models import Region
from services.identity.usecases import regions, signing_keys

blp = Blueprint("regions", url_prefix="/api/identity/v1", description="The region")


@blp.route("/region")
@requires("identity")
@blp.response(200, RegionView)
def read() -> Region:
    """The region of whoever asks."""
    person()
    return queries.region()


@blp.route("/region", methods=["PATCH"])
@requires("identity")
@blp.arguments(RegionChange)
@writes(if_match=True)
@blp.response(200, RegionView)
@sysadmins_only
def change(body: dict[str, Any], seen: Seen) -> Region:
    """Choose who needs a second factor, who stands in, and when an unused session ends."""
    return regions.change(seen=seen, **body)


@blp.route("/signing-keys/rotate", methods=["POST"])
@requires("identity")
@writes()
@blp.response(204)
@sysadmins_only
def rotate_signing_key() -> None:
    """Replace the key that signs tokens; the new one signs once everybody has seen it."""
    signing_keys.rotate()
