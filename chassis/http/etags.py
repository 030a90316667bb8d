"""Versions over HTTP: the ETag says which one you saw, If-Match which one you mean."""

import re

from flask import g, request

from chassis.data.versioned import Seen
from chassis.kernel.errors import Refused

_VERSION = re.compile(r"[1-9][0-9]{0,17}")


class IfMatchMissing(Refused):
    """An edit or decision did not say which version it means."""

    kind = "precondition_required"
    code = "if_match_required"
    text = {
        "id": "Sertakan If-Match dengan ETag data yang Anda lihat.",
        "en": "Send If-Match with the ETag of what you saw.",
    }


def set_etag(version: int) -> None:
    """Give the answer of this request its ETag."""
    g.etag = f'"{version}"'


def seen_versions() -> Seen:
    """Return the versions If-Match names. Raises `IfMatchMissing` (428).

    A list is understood, and so is a weak tag, which a proxy that compresses makes of ours. `*`
    names no version, because it says nothing about what was seen.
    """
    if not request.headers.get("If-Match"):
        raise IfMatchMissing
    tags = request.if_match.as_set(include_weak=True)
    return frozenset(int(tag) for tag in tags if _VERSION.fullmatch(tag or ""))
