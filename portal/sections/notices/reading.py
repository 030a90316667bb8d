"""What the pages of notices need, from the API."""

from collections.abc import Mapping
from typing import Any

from portal.shell.joining import link
from portal.shell.signed_in import api

API = "/api/notification/v1/notices"
PAGE_SIZE = "20"
ON_THE_FIRST_PAGE = "3"


def notices(wanted: Mapping[str, str | None]) -> Any:
    """Read a page of notices, each with the address of what it is about."""
    return _addressed(api().get(API, limit=PAGE_SIZE, **wanted))


def latest() -> dict[str, Any] | None:
    """Read the newest few; None when there are none."""
    newest = _addressed(api().get(API, limit=ON_THE_FIRST_PAGE))["data"]
    return {"notices": newest} if newest else None


def unread() -> int:
    return int(api().get(f"{API}/counts").get("unread", 0))


def _addressed(listing: Any) -> Any:
    for notice in listing["data"]:
        kind, _, subject_id = str(notice["about"]).partition("/")
        notice["address"] = link(kind, subject_id)
    return listing
