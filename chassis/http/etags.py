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


class SeveralVersions(Refused):
    """If-Match named more than one version: whoever changes something has seen one."""

    kind = "malformed"
    code = "if_match_one_only"
    text = {
        "id": "Sebutkan satu ETag saja di If-Match: yang dari data yang Anda lihat.",
        "en": "Name one ETag in If-Match: the one of what you saw.",
    }


def set_etag(version: int) -> None:
    """Give the answer of this request its ETag."""
    g.etag = f'"{version}"'


def seen_versions() -> Seen:
    """Return the version If-Match names, or none for a tag that is not ours.

    A weak tag counts, because a proxy that compresses makes one of ours. `*` names no version,
    because it says nothing about what was seen. Raises `IfMatchMissing` (428), and
    `SeveralVersions` (400) for a list: it would match whichever of them the data has by now.
    """
    given = request.headers.get("If-Match")
    if not given:
        raise IfMatchMissing
    tags = request.if_match.as_set(include_weak=True)
    if len(tags) > 1 or given.count('"') > len('""'):
        raise SeveralVersions
    return frozenset(int(tag) for tag in tags if _VERSION.fullmatch(tag or ""))
