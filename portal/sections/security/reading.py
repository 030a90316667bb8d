"""What the page of security events needs, from the API."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import g

from portal.shell.signed_in import api

IDENTITY = "/api/identity/v1"
PAGE_SIZE = "20"
FEW = "5"
NOT_YOURS = 403
FROM, UNTIL = "noted_at_from", "noted_at_until"
ASKED = ("kind", "person_id", FROM, UNTIL, "sort")


def standing() -> Any:
    return api().get(f"{IDENTITY}/me/security")


def kinds() -> Any:
    return api().get(f"{IDENTITY}/security-events/kinds")["kinds"]


def alarms() -> Any:
    return api().get(f"{IDENTITY}/security-alarms", limit=FEW)["data"]


def closing(alarm_id: str) -> str:
    return f"{IDENTITY}/security-alarms/{quote(alarm_id, safe='')}/close"


def events(asked: Mapping[str, str], cursor: str | None) -> Any:
    query = {**in_utc(asked), "limit": PAGE_SIZE, "cursor": cursor}
    return api().get(f"{IDENTITY}/security-events", **query)


def person(nip: str) -> Any:
    """Find who has an NIP. Raises `ApiRefused`."""
    return api().send("POST", f"{IDENTITY}/security-events/person", {"nip": nip}).data


def in_utc(asked: Mapping[str, str]) -> dict[str, str]:
    """Give days of the region as instants: from the first's beginning to the last's end."""
    zone = ZoneInfo(str(g.get("zone") or "Asia/Jakarta"))
    given = dict(asked)
    for name, later in ((FROM, timedelta()), (UNTIL, timedelta(days=1, microseconds=-1))):
        if day := _day(given.pop(name, "")):
            given[name] = (datetime.combine(day, time(), zone) + later).isoformat()
    return given


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
