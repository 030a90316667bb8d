"""The steps of signing in, in order, and what a session still owes before it counts.

Nothing here tells whether an account exists: that question is answered the same way, in the
same time, by the use case.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

SESSION_LIFE = timedelta(hours=8)
PENDING_LIFE = timedelta(minutes=10)
ENROLMENT_LIFE = timedelta(minutes=30)  # an application may have to be installed first
SECOND_FACTOR_TRIES = 5
RESET_LINK_LIFE = timedelta(hours=24)
FIRST_LINK_LIFE = timedelta(hours=72)
CODE_LIFE = timedelta(seconds=60)


class Step(StrEnum):
    """What is asked next."""

    TOTP = "totp"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a step's name
    ENROL_TOTP = "enrol_totp"
    DONE = "done"


@dataclass(frozen=True)
class Progress:
    """What is known of the account and of this attempt."""

    totp_enrolled: bool
    second_factor_shown: bool
    must_change_password: bool
    roles: Collection[str]
    totp_roles: Collection[str]


def next_step(progress: Progress) -> Step:
    """Return what is still owed; the second factor comes first.

    Otherwise a stolen password alone could set a new one.
    """
    if progress.totp_enrolled and not progress.second_factor_shown:
        return Step.TOTP
    if progress.must_change_password:
        return Step.NEW_PASSWORD
    if not progress.totp_enrolled and set(progress.roles) & set(progress.totp_roles):
        return Step.ENROL_TOTP
    return Step.DONE


def roles_of_second_factor(
    *, chosen: Collection[str], decided: Collection[str] | None, by_default: Collection[str]
) -> set[str]:
    """Return the roles that need a second factor: as the region chose, otherwise by default.

    A choice is about the roles there were on its day. A service that comes later brings roles
    that nobody decided about, so their own default holds.
    """
    return set(chosen) | (set(by_default) - set(decided or ()))


def revocation_mark(now: datetime) -> datetime:
    """Return the instant before which tokens are dead.

    Tokens carry whole seconds. The mark is the next whole second, and tokens issued after a
    revocation are dated no earlier than the mark, so none of the same second slips through.
    """
    return now.replace(microsecond=0) + timedelta(seconds=1)


def safe_path(text: str | None, *, default: str) -> str:
    """Return `text` if it is a path on this site, else `default`."""
    if not text or any(ord(char) <= ord(" ") or char == "\\" for char in text):
        return default
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//"):
        return default
    return text
