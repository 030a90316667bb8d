"""Where the WhatsApp provider tells what became of messages. Not part of the API for people.

Anybody may call it, so it believes only what is signed with the application's secret; without
that setting it is not there.
"""

import hmac

from flask import Blueprint, Response, request

from chassis.http.auth import public
from chassis.kernel.errors import Forbidden, NotFound
from chassis.process.clock import now
from chassis.process.runtime import here
from services.notification.channels.whatsapp.statuses import is_signed, statuses
from services.notification.usecases.confirming import confirm

blp = Blueprint("whatsapp", __name__, url_prefix="/api/notification/v1/whatsapp")


@blp.get("/status")
@public
def prove_address() -> Response:
    """Answer the provider's question whether this address is ours."""
    given = request.args.get("hub.verify_token", "")
    if not hmac.compare_digest(given.encode(), _setting("WHATSAPP_VERIFY_TOKEN").encode()):
        raise Forbidden
    return Response(request.args.get("hub.challenge", ""), content_type="text/plain")


@blp.post("/status")
@public
def hear_statuses() -> tuple[str, int]:
    """Take the provider's word on messages; one transaction for each."""
    body = request.get_data()
    signature = request.headers.get("X-Hub-Signature-256", "")
    if not is_signed(body, signature, secret=_setting("WHATSAPP_APP_SECRET")):
        raise Forbidden
    for notice_id, status in statuses(body):
        confirm(notice_id, status, channel="whatsapp", now=now())
    return "", 200


def _setting(name: str) -> str:
    value = str(here().settings[name])
    if not value:
        raise NotFound
    return value
