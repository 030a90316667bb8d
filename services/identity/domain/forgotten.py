"""How often the page for a forgotten password may be used. Pure.

An account's budget is apart from that of signing in: whoever uses it up locks nobody out, and for
the owner a request is open then already. From an own browser, or an address from which the owner
signs in, the budget is that of the place: strangers use up only theirs. An address serves a whole
office, and an own browser in it is apart.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.identity.domain.throttling import TooManyAttempts

DAY = timedelta(days=1)
# Six digits are all that stand before the account, so few are tried.
CODE, ASK = "code", "ask"
OF_ACCOUNT = {CODE: 5, ASK: 3}
OF_ADDRESS = 30
ADDRESS_WINDOW = timedelta(hours=1)
OWN_LINK_LIFE = timedelta(minutes=15)


def check_address(tried_at: Sequence[datetime], *, now: datetime) -> None:
    """Refuse an address that has used up its hour. Raises `TooManyAttempts`."""
    _check(tried_at, OF_ADDRESS, ADDRESS_WINDOW, now)


def check_account(kind: str, tried_at: Sequence[datetime], *, now: datetime) -> None:
    """Refuse an account that has used up its day. Raises `TooManyAttempts`."""
    _check(tried_at, OF_ACCOUNT[kind], DAY, now)


def _check(tried_at: Sequence[datetime], most: int, window: timedelta, now: datetime) -> None:
    within = sorted(at for at in tried_at if at > now - window)
    if len(within) >= most:
        free_at = within[-most] + window
        raise TooManyAttempts(retry_after=int((free_at - now).total_seconds()) + 1)
