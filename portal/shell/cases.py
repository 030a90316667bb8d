"""A proposal as its applicant and its officers read it, whichever section shows it.

It is read without its definition, which is most of the answer: a version of a layanan never
changes, so each is fetched once.
"""

from collections.abc import Mapping
from typing import Any, cast

from flask import current_app

from portal.shell.api_client import Reply
from portal.shell.forms import editable
from portal.shell.saying import say
from portal.shell.signed_in import api, person
from portal.shell.words import language

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


def targets(proposal: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What can be marked: each document with a file slot, each field people fill in."""
    definition = proposal["definition"]
    documents = [
        ("document", requirement["code"], requirement["name"])
        for requirement in definition["requirements"]
        if requirement["upload"]
    ]
    return documents + [
        ("field", editable_field["name"], editable_field["label"])
        for editable_field in editable(definition["fields"])
    ]


def name_of(proposal: Mapping[str, Any], target: str) -> str:
    """Name what a reason points at."""
    names = {f"{kind}:{code}": name for kind, code, name in targets(proposal)}
    return names.get(target) or say("shell.whole_proposal")


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
