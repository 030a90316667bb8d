"""How an account comes back to its owner, and how many hands that takes (C17). Pure.

A request is asked, then released, then used, or stopped on the way. An ordinary employee with a
verified contact needs one hand, of the own Umpeg; an officer, and whoever has no contact left,
also one of BKPSDM and the time in which the owner can object.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.kernel.errors import Refused

REQUEST_LIFE = timedelta(days=7)
LINK_LIFE = timedelta(hours=24)
LETTER_LIFE = timedelta(days=7)
LINK_TRIES = 5
# The first of these that somebody else than the owner holds in the owner's OPD (R16).
OPD_ROLES = ("umpeg", "opd_secretary", "opd_head")
BKPSDM_ROLES = (
    *("bkpsdm_admin", "division_head", "bkpsdm_secretary", "bkpsdm_head"),
    "sysadmin",
)


class Resets(StrEnum):
    """What the owner gets anew."""

    PASSWORD = "password"  # noqa: S105 - a name
    SECOND_FACTOR = "second_factor"


class Way(StrEnum):
    """`own`: by the second factor or a recovery code, without anybody's hand."""

    OWN = "own"
    WITNESS = "witness"
    TWO_HANDS = "two_hands"


class State(StrEnum):
    ASKED = "asked"
    RELEASED = "released"
    USED = "used"
    STOPPED = "stopped"


class Desk(StrEnum):
    """Where a hand comes from; as a column of the request, `<desk>_hand`."""

    OPD = "opd"
    BKPSDM = "bkpsdm"


class OwnRecovery(Refused):
    kind = "forbidden"
    code = "own_recovery"
    text = {
        "id": "Permintaan atas akun Anda sendiri dikonfirmasi oleh orang lain.",
        "en": "A request for your own account is confirmed by somebody else.",
    }


class HandNotNeeded(Refused):
    """Not at one of the desks that are still to confirm."""

    kind = "forbidden"
    code = "hand_not_needed"
    text = {
        "id": "Konfirmasi dari Anda tidak diperlukan untuk permintaan ini.",
        "en": "This request does not need your confirmation.",
    }


class SameHand(Refused):
    kind = "forbidden"
    code = "same_hand"
    text = {
        "id": "Anda sudah mengonfirmasi permintaan ini; konfirmasi kedua dari orang lain.",
        "en": "You confirmed this request already; the second confirmation is somebody else's.",
    }


class HandsDependent(Refused):
    """One owes the role or the account to the other, or both to a third: it would be one hand."""

    kind = "forbidden"
    code = "hands_dependent"
    text = {
        "id": "Kedua pemberi konfirmasi harus mandiri: yang satu mendapat peran atau akun dari"
        " yang lain, atau keduanya belum lama ini dari orang yang sama. Minta konfirmasi petugas"
        " lain.",
        "en": "The two must be independent: one has the role or the account from the other, or"
        " both lately from the same person. Ask another officer.",
    }


class SysadminsHand(Refused):
    """The account of a system administrator comes back by the hand of another."""

    kind = "forbidden"
    code = "sysadmins_hand"
    text = {
        "id": "Akun administrator sistem dikonfirmasi oleh Umpeg dan administrator sistem lain."
        " Bila tidak ada yang lain, pengelola server yang memulihkannya.",
        "en": "The account of a system administrator is confirmed by Umpeg and another system"
        " administrator. Where there is no other, the operator of the server brings it back.",
    }


class OwnerObjected(Refused):
    """The owner stopped what this person had confirmed; it takes other hands for some time."""

    kind = "forbidden"
    code = "owner_objected"
    text = {
        "id": "Pemilik akun menghentikan pemulihan yang Anda konfirmasi. Untuk sementara"
        " konfirmasinya dari petugas lain.",
        "en": "The owner stopped a recovery that you had confirmed. For some time other officers"
        " confirm.",
    }


class BothSecrets(Refused):
    """Whoever helped with the password of a person does not help with the second factor."""

    kind = "forbidden"
    code = "both_secrets"
    text = {
        "id": "Anda baru saja mengonfirmasi pemulihan lain untuk pegawai ini. Kata sandi dan"
        " autentikator seseorang dipulihkan oleh petugas yang berbeda.",
        "en": "You confirmed another recovery of this person lately. Password and authenticator"
        " of one person are recovered by different officers.",
    }


class RecoveryEnded(Refused):
    code = "recovery_ended"
    text = {
        "id": "Permintaan pemulihan ini sudah berakhir.",
        "en": "This recovery has ended.",
    }


class RecoveryWaits(Refused):
    """Something is still missing: a hand, or the time to object."""

    code = "recovery_waits"
    text = {
        "id": "Belum dapat diserahkan: konfirmasi belum lengkap atau masa tunggu belum lewat.",
        "en": "Not yet: a confirmation is missing or the waiting time is not over.",
    }


@dataclass(frozen=True)
class Request:
    """What the rules need of a recovery that somebody asked for."""

    owner_id: UUID
    way: Way
    state: State
    expires_at: datetime
    opd_hand: UUID | None = None
    bkpsdm_hand: UUID | None = None
    ready_at: datetime | None = None
    of_sysadmin: bool = False

    @property
    def hands(self) -> frozenset[UUID]:
        return frozenset(hand for hand in (self.opd_hand, self.bkpsdm_hand) if hand)

    @property
    def lacks(self) -> tuple[Desk, ...]:
        """Name the desks that have not confirmed yet."""
        wanted = _DESKS[self.way]
        return tuple(desk for desk in wanted if getattr(self, f"{desk}_hand") is None)

    def is_open(self, now: datetime) -> bool:
        return self.state in (State.ASKED, State.RELEASED) and now < self.expires_at


_DESKS = {
    Way.OWN: (),
    Way.WITNESS: (Desk.OPD,),
    Way.TWO_HANDS: (Desk.OPD, Desk.BKPSDM),
}


@dataclass(frozen=True)
class Hand:
    """Somebody who confirms.

    `desks`: for which the person may, for this owner. `owes`: to whom the person owes roles or
    account, directly or through others. `is_established`: account and role are not new.
    `helped_otherwise`: with the other secret, lately. `was_stopped`: by the owner, lately.
    """

    person_id: UUID
    desks: Collection[Desk]
    owes: frozenset[UUID] = frozenset()
    is_established: bool = False
    is_sysadmin: bool = False
    helped_otherwise: bool = False
    was_stopped: bool = False

    @property
    def stands_for_itself(self) -> bool:
        """Say whether nobody made this hand: the first system administrator of a region."""
        return self.is_sysadmin and not self.owes


def are_independent(one: Hand, other: Hand) -> bool:
    """Say whether two hands are two people's, and not both those of whoever made them.

    A common maker is forgiven when both are established, and so is what an established officer
    owes to the first system administrator, who made everybody of a region.
    """
    if _owes(one, other) or _owes(other, one):
        return False
    if one.owes.isdisjoint(other.owes):
        return True
    return all(hand.is_established or hand.stands_for_itself for hand in (one, other))


def _owes(hand: Hand, other: Hand) -> bool:
    forgiven = hand.is_established and other.stands_for_itself
    return other.person_id in hand.owes and not forgiven


def way_for(*, roles: Collection[str], has_contact: bool) -> Way:
    """Return the way for somebody who holds these roles."""
    return Way.WITNESS if has_contact and not roles else Way.TWO_HANDS


def confirm(
    request: Request, hand: Hand, *, other: Hand | None, now: datetime, wait: timedelta
) -> Request:
    """Add a hand; with the last one the request is complete, and `ready_at` is known.

    `other` is the hand that is there already. Raises `RecoveryEnded`, `OwnRecovery`, `SameHand`,
    `HandNotNeeded`, `BothSecrets`, `OwnerObjected`, `SysadminsHand` or `HandsDependent`.
    """
    desk = _desk_of(request, hand, now)
    if other and not are_independent(hand, other):
        raise HandsDependent
    column = {f"{desk}_hand": hand.person_id}
    confirmed = replace(request, **column)  # type: ignore[arg-type]
    if confirmed.lacks:
        return confirmed
    ready = now if confirmed.way is Way.WITNESS else now + wait
    life = LINK_LIFE if confirmed.way is Way.WITNESS else LETTER_LIFE
    return replace(confirmed, state=State.RELEASED, ready_at=ready, expires_at=ready + life)


def check_letter(request: Request, person_id: UUID, now: datetime) -> None:
    """Refuse what goes into the hand of a person who confirmed, before everything is there.

    Raises `RecoveryEnded`, `HandNotNeeded` or `RecoveryWaits`.
    """
    if not request.is_open(now):
        raise RecoveryEnded
    if person_id not in request.hands:
        raise HandNotNeeded
    if request.way is not Way.TWO_HANDS or request.ready_at is None or now < request.ready_at:
        raise RecoveryWaits


def _desk_of(request: Request, hand: Hand, now: datetime) -> Desk:
    if not request.is_open(now):
        raise RecoveryEnded
    if hand.person_id == request.owner_id:
        raise OwnRecovery
    if hand.person_id in request.hands:
        raise SameHand
    desks = [desk for desk in request.lacks if desk in hand.desks]
    if not desks:
        raise HandNotNeeded
    if hand.helped_otherwise:
        raise BothSecrets
    if hand.was_stopped:
        raise OwnerObjected
    if request.of_sysadmin and desks[0] is Desk.BKPSDM and not hand.is_sysadmin:
        raise SysadminsHand
    return desks[0]
