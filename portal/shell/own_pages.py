"""Where a page may send its reader on to: pages of this portal, nothing else."""

import re

from flask import request

HOME = "/portal/"
# What no header can hold, and what a browser reads as another place.
_LEADS_AWAY = re.compile(r"[\x00-\x1f\x7f\\]|//|/\.\.(?:/|\?|$)")


def asked_page() -> str:
    """Return this request's path and query, whatever bytes are in it."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def own_page(path: str | None) -> str:
    """Return `path` when it is a page of ours, else the first page."""
    if path and path.startswith(HOME) and not _LEADS_AWAY.search(path):
        return path
    return HOME
