"""The region's own settings of identity, and its signing keys."""

from typing import Any

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match, set_etag
from services.identity import queries
from services.identity.api.access import sysadmins_only
from services.identity.api.schemas import RegionChange, RegionView
from services.identity.models import Region, db
from services.identity.usecases import regions, signing_keys

blp = Blueprint("regions", url_prefix="/api/identity/v1", description="The region")


@blp.route("/region")
@requires("identity")
@blp.response(200, RegionView)
def read() -> Region:
    """The region of whoever asks."""
    person()
    region = queries.region()
    set_etag(region.version)
    return region


@blp.route("/region", methods=["PATCH"])
@needs_if_match
@requires("identity")
@blp.arguments(RegionChange)
@blp.response(200, RegionView)
@sysadmins_only
def change(body: dict[str, Any]) -> Region:
    """Choose the roles that must use a second factor."""
    with db.transaction():
        require_match(queries.region().version)
        region = regions.require_totp_of(body["totp_roles"])
    set_etag(region.version)
    return region


@blp.route("/signing-keys/rotate", methods=["POST"])
@requires("identity")
@blp.response(204)
@sysadmins_only
def rotate_signing_key() -> None:
    """Replace the key that signs tokens; the new one signs once everybody has seen it."""
    signing_keys.rotate()
