"""Public keys with which anybody can verify a receipt."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import public
from services.documents.adapters.machinery import machinery
from services.documents.adapters.receipts import public_keys
from services.documents.api.views import KeySetView

blp = Blueprint("receipt_keys", url_prefix="/api/documents/v1", description="Receipt keys")


@blp.route("/jwks")
@public
@blp.response(200, KeySetView)
def jwks() -> dict[str, Any]:
    """The keys receipts are signed with."""
    machinery().signer.key()
    return {"keys": public_keys()}
