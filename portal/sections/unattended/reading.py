"""What the page of alarms needs, from the API."""

from typing import Any

from portal.shell.cases import API
from portal.shell.signed_in import api

PAGE_SIZE = "10"
MOST_COUNTED = "50"


def alarms(cursor: str | None) -> Any:
    return api().get(f"{API}/alarms", limit=PAGE_SIZE, cursor=cursor)


def count() -> int:
    """Say how many there are, as far as the menu needs to know; some are refused the answer."""
    return len(api().get(f"{API}/alarms", limit=MOST_COUNTED)["data"])
