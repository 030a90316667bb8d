"""How long a role may be held, and by how many.

Plt: at most 3 months, prolonged once by at most 3 (BKN circular on Plt and Plh). Plh and Pj
have an end too. A definitive post or an additional duty may be open-ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chassis.kernel.errors import Refused
from chassis.kernel.period import Period, add_months
from chassis.kernel.roles import Role

ACTING = ("definitive", "plt", "plh", "pj", "tt")
_OPEN_ENDED = frozenset({"definitive", "tt"})
_PLT_MONTHS = 3
_PLT_MONTHS_PROLONGED = 6
_ONE_DAY = timedelta(days=1)
_END = "/ends_on"


class ActingKindUnfit(Refused):
    kind = "invalid"
    code = "acting_kind_unfit"
    text = {
        "id": "Plt, Plh, Pj dan tugas tambahan hanya untuk jabatan pimpinan.",
        "en": "Only the post of a head can be held as acting.",
    }


class EndMissing(Refused):
    kind = "invalid"
    code = "end_missing"
    text = {
        "id": "Penugasan {acting} harus punya tanggal akhir.",
        "en": "An assignment as {acting} needs an end date.",
    }


class EndBeforeStart(Refused):
    kind = "invalid"
    code = "end_before_start"
    text = {
        "id": "Tanggal akhir sebelum tanggal mulai.",
        "en": "The end date lies before the start.",
    }


class PltTooLong(Refused):
    kind = "invalid"
    code = "plt_too_long"
    text = {
        "id": "Plt paling lama {months} bulan, sampai {last_allowed}.",
        "en": "A Plt lasts at most {months} months, until {last_allowed}.",
    }


class PostTaken(Refused):
    kind = "conflict"
    code = "post_taken"
    text = {
        "id": "Jabatan ini sudah ada pemegangnya pada masa itu.",
        "en": "The post already has a holder in that period.",
    }


class HeldAlready(Refused):
    """A second grant of the same would let a person go on deciding after the first was ended."""

    kind = "conflict"
    code = "role_held_already"
    text = {
        "id": "Orang ini sudah memegang peran itu untuk unit yang sama pada masa itu.",
        "en": "This person already holds the role for this unit in that period.",
    }


class NoEnd(Refused):
    kind = "invalid"
    code = "no_end_to_move"
    text = {
        "id": "Penugasan ini tidak punya tanggal akhir, jadi tidak perlu diperpanjang.",
        "en": "This assignment has no end date, so there is nothing to prolong.",
    }


class NotLater(Refused):
    kind = "invalid"
    code = "end_not_later"
    text = {
        "id": "Isi tanggal setelah {ends_on}: sampai hari itu penugasan ini sudah berlaku.",
        "en": "Enter a date after {ends_on}: the assignment lasts until then already.",
    }


@dataclass(frozen=True)
class Holding:
    """One person holding one role of one unit for a time."""

    employee_id: object
    acting: str
    starts_on: date
    ends_on: date | None

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)


def check_appointment(role: Role, new: Holding, *, others: Sequence[Holding]) -> None:
    """Refuse an appointment the dates or other holders forbid.

    `others` are the active holdings of the same role and unit. Raises `ActingKindUnfit`,
    `EndMissing`, `EndBeforeStart`, `PltTooLong`, `PostTaken` or `HeldAlready`.
    """
    if new.acting != "definitive" and not role.head:
        raise ActingKindUnfit
    if new.ends_on is None and new.acting not in _OPEN_ENDED:
        raise EndMissing.at(_END, acting=new.acting)
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise EndBeforeStart.at(_END)
    if new.acting == "plt":
        _check_plt(new, others)
    if role.head:
        _check_post_is_free(new, others)
    elif holds_already(new, others):
        raise HeldAlready


def holds_already(new: Holding, others: Sequence[Holding]) -> bool:
    """Tell whether the person has one of the `others` in a day of `new`."""
    mine = (held.period for held in others if held.employee_id == new.employee_id)
    return any(period.overlaps(new.period) for period in mine)


def check_prolongation(
    role: Role, held: Holding, *, until: date, others: Sequence[Holding]
) -> None:
    """Refuse to prolong `held` beyond what its kind allows.

    `others` are the active holdings of the same post but this one. Raises `NoEnd`, `NotLater`,
    `PltTooLong` or `PostTaken`.
    """
    if held.ends_on is None:
        raise NoEnd.at(_END)
    if until <= held.ends_on:
        raise NotLater.at(_END, ends_on=held.ends_on.isoformat())
    prolonged = replace(held, ends_on=until)
    if held.acting == "plt":
        start = _unbroken_since(held, [other for other in others if other.acting == "plt"])
        _check_length(start, until, _PLT_MONTHS_PROLONGED)
    if role.head:
        _check_post_is_free(prolonged, others)


def _check_plt(new: Holding, others: Sequence[Holding]) -> None:
    assert new.ends_on is not None  # noqa: S101 - checked by the caller; this tells mypy
    _check_length(new.starts_on, new.ends_on, _PLT_MONTHS)
    start = _unbroken_since(new, [held for held in others if held.acting == "plt"])
    _check_length(start, new.ends_on, _PLT_MONTHS_PROLONGED)


def _unbroken_since(new: Holding, earlier: Sequence[Holding]) -> date:
    """Return since when the same person has been Plt without a gap."""
    start = new.starts_on
    mine = [held for held in earlier if held.employee_id == new.employee_id]
    for held in sorted(mine, key=lambda one: one.starts_on, reverse=True):
        if held.starts_on < start and held.ends_on and held.ends_on >= start - _ONE_DAY:
            start = held.starts_on
    return start


def _check_length(first: date, last: date, months: int) -> None:
    last_allowed = add_months(first, months) - _ONE_DAY
    if last > last_allowed:
        raise PltTooLong.at(_END, months=months, last_allowed=last_allowed.isoformat())


def _check_post_is_free(new: Holding, others: Sequence[Holding]) -> None:
    """One holder at a time, and beside him at most one Plh while he is away."""
    for held in others:
        same_place = (held.acting == "plh") == (new.acting == "plh")
        if same_place and held.period.overlaps(new.period):
            raise PostTaken
