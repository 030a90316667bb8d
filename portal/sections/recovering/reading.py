"""What the page of recoveries needs, from identity's API."""

from typing import Any
from urllib.parse import quote

from portal.shell.api_client import ApiRefused
from portal.shell.signed_in import api

IDENTITY = "/api/identity/v1"
RECOVERIES = f"{IDENTITY}/recoveries"
NOT_YOURS = 403
CONFIRM, STOP = "confirm", "stop"
STEPS = (CONFIRM, STOP)


def own() -> list[Any]:
    """List the requests for my own account."""
    return list(api().get(f"{IDENTITY}/me/recoveries")["data"])


def at_my_desk() -> list[Any] | None:
    """List what waits at my desk; None for who has none."""
    try:
        return list(api().get(RECOVERIES)["data"])
    except ApiRefused as refused:
        if refused.status != NOT_YOURS:
            raise
        return None


def now() -> dict[str, Any]:
    """Count, for the menu and the first page: my own, and those that wait for my word."""
    waiting = at_my_desk()
    mine = None if waiting is None else sum(row["may_confirm"] for row in waiting)
    return {"own": len(own()), "desk": mine}


def address_of(recovery_id: str, step: str) -> str:
    return f"{RECOVERIES}/{quote(recovery_id, safe='')}/{step}"
