"""Where a page may send its reader on to: pages of this portal, nothing else."""

from flask import request

HOME = "/portal/"


def asked_page() -> str:
    """Return this request's path and query, whatever bytes are in it."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def own_page(path: str | None) -> str:
    """Return `path` when it is a page of ours, else the first page."""
    if not path or not path.startswith(HOME) or "\\" in path or "//" in path:
        return HOME
    return path
