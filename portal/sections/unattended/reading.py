"""What the page of alarms needs, from the API and from what the system says of itself."""

from typing import Any

from portal.shell.api_client import ApiRefused, ApiUnavailable
from portal.shell.cases import API
from portal.shell.signed_in import api

PAGE_SIZE = "10"
MOST_COUNTED = "50"


def alarms(cursor: str | None) -> Any:
    return api().get(f"{API}/alarms", limit=PAGE_SIZE, cursor=cursor)


def now() -> dict[str, Any]:
    """Say how many there are, as far as the menu needs to know, and which services are late.

    Some are refused the answer.
    """
    counted = len(api().get(f"{API}/alarms", limit=MOST_COUNTED)["data"])
    return {"alarms": counted, "late": late()}


def late() -> list[str]:
    """Name the services that work on while others hear of it late; none when nobody can tell."""
    try:
        services = api().get("/readyz")["services"]
    except (ApiRefused, ApiUnavailable):
        return []
    return [name for name, state in services.items() if state == "degraded"]
