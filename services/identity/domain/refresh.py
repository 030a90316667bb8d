"""What a presented refresh token is worth.

Every refresh token is used once and replaced by its successor; all descend from one sign-in,
the family. Two tabs of one browser may present the same token at nearly the same moment: the
second gets the same successor. Later than that, or once that successor was used itself, a used
token is in two hands, and one of them is a thief's: the whole family dies (RFC 9700, 4.14.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

SECOND_TAB = timedelta(seconds=20)
FAMILY_LIFE = timedelta(hours=8)


class Verdict(Enum):
    ROTATE = "rotate"
    SAME_SUCCESSOR = "same_successor"
    REVOKE_FAMILY = "revoke_family"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Presented:
    """What is known of a presented token and of its family."""

    used_at: datetime | None
    family_expires_at: datetime
    family_revoked_at: datetime | None
    successor_used: bool = False


def judge(token: Presented, *, now: datetime) -> Verdict:
    """Decide what a presented refresh token leads to."""
    if token.family_revoked_at is not None or now >= token.family_expires_at:
        return Verdict.REFUSE
    if token.used_at is None:
        return Verdict.ROTATE
    if now - token.used_at <= SECOND_TAB and not token.successor_used:
        return Verdict.SAME_SUCCESSOR
    return Verdict.REVOKE_FAMILY
