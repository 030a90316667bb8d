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
    """Say how many there are, as far as the menu needs to know, and which services do less.

    Some are refused the answer.
    """
    counted = len(api().get(f"{API}/alarms", limit=MOST_COUNTED)["data"])
    return {"alarms": counted, **degraded()}


def degraded() -> dict[str, list[str]]:
    """Name the services that others hear of `late`, and those that do `less`; none where unknown.

    A gateway of the last release does not say why.
    """
    try:
        told = api().get("/readyz")
    except (ApiRefused, ApiUnavailable):
        return {"late": [], "less": []}
    names = [name for name, state in told["services"].items() if state == "degraded"]
    reasons = {name: told.get("degraded", {}).get(name, {"bus": ""}) for name in names}
    return {
        "late": [name for name in names if "bus" in reasons[name]],
        "less": [name for name in names if reasons[name].keys() - {"bus"}],
    }
