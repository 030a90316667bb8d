"""Versions over HTTP: the ETag says which one you saw, If-Match which one you mean."""

import re

from flask import g, request

from chassis.data.versioned import Seen
from chassis.kernel.errors import Refused

_VERSION = re.compile(r"[1-9][0-9]{0,17}")
# RFC 9110, 8.8.3; a list of one may have empty members around it (5.6.1).
_ONE_TAG = re.compile(r"[\s,]*(?:W/)?\"([\x21\x23-\x7e\x80-\xff]*)\"[\s,]*")
_ANY = "*"


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


class NoTag(Refused):
    """If-Match holds what is no ETag, such as a number without its quotation marks."""

    kind = "malformed"
    code = "if_match_malformed"
    text = {
        "id": "Tulis ETag di If-Match seperti diterima, dengan tanda petiknya.",
        "en": "Write the ETag in If-Match as it was received, with its quotation marks.",
    }


def set_etag(version: int) -> None:
    """Give the answer of this request its ETag."""
    g.etag = f'"{version}"'


def seen_versions() -> Seen:
    """Return the version If-Match names, or none for a tag that is not ours.

    A weak tag counts, against RFC 9110, 13.1.1, and stays so in v1: a proxy that compresses makes
    one of ours, and the version in it is the same. `*` names no version, because it says nothing
    about what was seen. Raises `IfMatchMissing` (428), `SeveralVersions` (400) for a list, which
    would match whichever of them the data has by now, and `NoTag` (400).
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise IfMatchMissing
    if given == _ANY:
        return frozenset()
    if given.count('"') > len('""'):
        raise SeveralVersions
    tag = _ONE_TAG.fullmatch(given)
    if tag is None:
        raise NoTag
    return frozenset({int(tag[1])} if _VERSION.fullmatch(tag[1]) else ())
