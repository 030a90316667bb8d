"""Versions of layanan: each is fetched once, because a version never changes.

A proposal is read without its definition, which is most of the answer and the same every time.
"""

from typing import Any, cast

from flask import current_app

from portal.api_client import Reply
from portal.signed_in import api, person
from portal.words import language

API = "/api/proposal/v1"
_EXTENSION = "portal_layanan_versions"
_MOST = 500
Versions = dict[tuple[str, ...], dict[str, Any]]


def load_proposal(proposal_id: str) -> Reply:
    """Read a proposal with the version of the layanan it was filed under, and its ETag."""
    reply = api().load(f"{API}/proposals/{proposal_id}", definition="false")
    if "definition" not in reply.data:
        layanan = reply.data["layanan"]
        reply.data["definition"] = _version(layanan["code"], str(layanan["version"]))
    return reply


def _version(code: str, version: str) -> dict[str, Any]:
    versions = cast(Versions, current_app.extensions.setdefault(_EXTENSION, {}))
    # Two regions may have a version of the same number; a session of before has no region's code.
    region = str(person().get("region_code") or person()["id"])
    key = (region, language(), code, version)
    if key not in versions:
        if len(versions) >= _MOST:
            versions.clear()
        versions[key] = api().get(f"{API}/layanan/{code}/versions/{version}")
    return versions[key]
