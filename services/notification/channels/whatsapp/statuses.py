"""Reads the WhatsApp Cloud API's status messages, once their signature has been checked."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.notification.domain.confirmations import KNOWN

_SCHEME = "sha256="


def is_signed(body: bytes, signature: str, *, secret: str) -> bool:
    """Tell whether the raw body carries the application's signature (X-Hub-Signature-256)."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"{_SCHEME}{expected}".encode(), signature.encode())


def statuses(body: bytes) -> Iterator[tuple[UUID, str]]:
    """Yield the notice id and the status of each message told of; what is not ours is left out."""
    try:
        report = json.loads(body)
    except ValueError:
        return
    for entry in _list(report, "entry"):
        for change in _list(entry, "changes"):
            for status in _list(_object(change).get("value"), "statuses"):
                if (one := _read(_object(status))) is not None:
                    yield one


def _read(status: dict[str, Any]) -> tuple[UUID, str] | None:
    try:
        notice_id = UUID(status["biz_opaque_callback_data"])
    except (KeyError, ValueError, AttributeError, TypeError):
        return None
    word = status.get("status")
    return (notice_id, word) if isinstance(word, str) and word in KNOWN else None


def _list(value: Any, key: str) -> list[Any]:
    member = _object(value).get(key)
    return member if isinstance(member, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
