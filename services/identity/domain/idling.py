"""When a session that nobody uses is over: an office PC is left, and others sit down at it."""

from datetime import datetime, timedelta

TOUCHED_EVERY = timedelta(seconds=30)


def idle_limit(
    *, is_officer: bool, shared_computer: bool, officer_minutes: int, shared_minutes: int
) -> timedelta | None:
    """Return after how long without use a session ends; None: never. 0 minutes are never, too."""
    minutes = [
        *([officer_minutes] if is_officer and officer_minutes else []),
        *([shared_minutes] if shared_computer and shared_minutes else []),
    ]
    return timedelta(minutes=min(minutes)) if minutes else None


def is_idle(
    seen_at: datetime, *, limit: timedelta | None, now: datetime, unseen: timedelta
) -> bool:
    """Tell whether a session is over; `unseen` is how long use may go on without our seeing it."""
    return limit is not None and now - seen_at >= limit + unseen
