"""Why a session came to its end. The code is stored; the words are the pages'."""

from enum import StrEnum


class EndReason(StrEnum):
    """What ended a session, or the tokens that came from it."""

    SIGNED_OUT = "signed_out"
    SIGNED_IN_AGAIN = "signed_in_again"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason
    RECOVERY = "recovery"
    IDLE = "idle"
    ADMINISTRATOR = "ended_by_administrator"
    FACTOR_REMOVED = "factor_removed"
    TOO_MANY_CODES = "too_many_codes"
    LEFT = "left"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a reason
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, _value: object) -> "EndReason":
        """An earlier release gave no reason, a later one may give others."""
        return cls.UNKNOWN
