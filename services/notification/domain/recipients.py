"""Who is told: a key of the event's data holding one person's id, or several."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.notification.domain.rendering import UnrenderableNotice


def recipients(to: str, data: Mapping[str, Any]) -> list[UUID]:
    """Read the ids under `to`, each once, in order; null means nobody.

    Raises `UnrenderableNotice` when the key is absent or holds something else than ids.
    """
    if to not in data:
        raise UnrenderableNotice(f"the event does not carry {to!r}, which names the recipients")
    value = data[to]
    listed = value if isinstance(value, list) else [value]
    try:
        ids = [UUID(item) for item in listed if item is not None]
    except (ValueError, TypeError, AttributeError) as error:
        raise UnrenderableNotice(f"{to!r} does not hold ids of persons") from error
    return list(dict.fromkeys(ids))
