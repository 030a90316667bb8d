"""Versions of what is edited: the ETag says which one you saw, If-Match which one you mean."""

from flask import g, request

from chassis.kernel.errors import Refused


class IfMatchMissing(Refused):
    """An edit or decision did not say which version it means."""

    kind = "precondition_required"
    code = "if_match_required"
    text = {
        "id": "Sertakan If-Match dengan ETag data yang Anda lihat.",
        "en": "Send If-Match with the ETag of what you saw.",
    }


class Stale(Refused):
    """What was seen is no longer what is there."""

    kind = "stale"
    code = "stale"
    text = {
        "id": "Data sudah diubah oleh orang lain. Muat ulang halaman, lalu periksa kembali.",
        "en": "Somebody has changed this meanwhile. Reload and look again.",
    }


def set_etag(version: int) -> None:
    """Give the answer of this request its ETag."""
    g.etag = f'"{version}"'


def require_match(version: int) -> None:
    """Check If-Match against the present version.

    Raises `IfMatchMissing` (428) or `Stale` (412); weak and list forms are understood, and `*`
    is not taken for an answer, because it says nothing about what was seen.
    """
    if not request.headers.get("If-Match"):
        raise IfMatchMissing
    if not request.if_match.contains(str(version)) or request.if_match.star_tag:
        raise Stale
