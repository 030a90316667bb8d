"""A provider's words for what became of a message, in the order they grow."""

SENT, DELIVERED, READ, FAILED = "sent", "delivered", "read", "failed"
_GROWING = (SENT, DELIVERED, READ)
ARRIVED = frozenset({DELIVERED, READ})
KNOWN = frozenset({*_GROWING, FAILED})


def is_news(status: str, *, known: str | None) -> bool:
    """Tell whether a status says more than what is known; `delivered` may be left out."""
    return known is None or _GROWING.index(status) > _GROWING.index(known)
