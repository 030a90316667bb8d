"""Who may stop that an account comes back, so that nobody can be kept out of it. Pure."""

from enum import StrEnum

from chassis.kernel.errors import Refused

SHORTEST_REASON, LONGEST_REASON = 10, 500
# So often officers stop what one owner asked for; after that it takes a system administrator.
MOST_STOPS = 2


class StoppedAs(StrEnum):
    """What somebody is who stops a recovery; `officer`: at one of its desks."""

    OWNER = "owner"
    HAND = "hand"
    SYSADMIN = "sysadmin"
    OFFICER = "officer"


BY_OFFICERS = (StoppedAs.HAND, StoppedAs.OFFICER)


class StopReasonMissing(Refused):
    kind = "invalid"
    code = "stop_reason_missing"
    text = {
        "id": f"Tulis alasannya, {SHORTEST_REASON} sampai {LONGEST_REASON} karakter; pemilik akun"
        " membacanya.",
        "en": f"Write the reason, {SHORTEST_REASON} to {LONGEST_REASON} characters; the owner of"
        " the account reads it.",
    }


class SysadminStops(Refused):
    """Officers have stopped what this owner asked for often enough."""

    kind = "forbidden"
    code = "sysadmin_stops"
    text = {
        "id": "Pemulihan untuk pegawai ini sudah beberapa kali dihentikan petugas. Sekarang hanya"
        " pemiliknya atau administrator sistem yang dapat menghentikannya.",
        "en": "Officers have stopped the recovery for this person several times. Now only the"
        " owner or a system administrator can stop it.",
    }


def needs_reason(stopped_as: StoppedAs) -> bool:
    return stopped_as is StoppedAs.OFFICER


def check_stop(stopped_as: StoppedAs, reason: str | None, *, stops_of_officers: int) -> None:
    """Refuse a stop without a reason, or one too many.

    `stops_of_officers`: of this owner's recoveries, lately. Raises `SysadminStops` or
    `StopReasonMissing`.
    """
    if stopped_as in BY_OFFICERS and stops_of_officers >= MOST_STOPS:
        raise SysadminStops
    if needs_reason(stopped_as) and len(reason or "") < SHORTEST_REASON:
        raise StopReasonMissing.at("/reason")
