"""What is wrong with a definition that has the right shape: its parts do not fit each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from chassis.kernel.errors import FieldError
from chassis.kernel.period import EARLIEST_DAY, LATEST_DAY, is_plausible
from services.proposal.domain.conditions import MAX_DEPTH, read_condition
from services.proposal.domain.layanan import RESULT
from services.proposal.domain.shape import pointer_to
from services.proposal.domain.stages import OFFICER_STAGES

Data = Mapping[str, Any]


def contradictions(data: Data) -> list[FieldError]:
    """Name everything that a schema cannot say of a definition."""
    return [
        *_doubled(data),
        *_reserved(data),
        *_order_errors(data["stages"]),
        *_condition_errors(data),
        *_option_errors(data),
        *window_contradictions(data.get("window") or {}, "/window"),
        *_period_errors(data),
    ]


def window_contradictions(window: Data, place: str = "") -> Iterator[FieldError]:
    """Name the rows of a window that close before they open, and days that nobody can mean."""
    yield from _days_out_of_range(window, place)
    for key, opens_after_it_closes in (("rows", _is_turned), ("dated", _is_turned_dated)):
        for index, row in enumerate(window.get(key, ())):
            if opens_after_it_closes(row):
                yield FieldError(
                    f"{place}{pointer_to(key, index, 'closes')}",
                    "closes_before_it_opens",
                    "Berakhir sebelum dimulai.",
                    "Closes before it opens.",
                )


def _days_out_of_range(window: Data, place: str) -> Iterator[FieldError]:
    for index, row in enumerate(window.get("dated", ())):
        for member in ("period", "opens", "closes"):
            if not is_plausible(date.fromisoformat(row[member])):
                yield FieldError(
                    f"{place}{pointer_to('dated', index, member)}",
                    "out_of_range",
                    f"Isi tahun dari {EARLIEST_DAY.year} sampai {LATEST_DAY.year}.",
                    f"Enter a year from {EARLIEST_DAY.year} to {LATEST_DAY.year}.",
                )


def _is_turned(row: Data) -> bool:
    opens, closes = ((row[key].get("months", 0), row[key]["day"]) for key in ("opens", "closes"))
    return bool(closes < opens)


def _is_turned_dated(row: Data) -> bool:
    return bool(row["closes"] < row["opens"])


def _doubled(data: Data) -> Iterator[FieldError]:
    named = (("fields", "name"), ("requirements", "code"), ("stages", "stage"))
    for key, member in named:
        counts = Counter(item[member] for item in data.get(key, ()))
        seen: set[str] = set()
        for index, item in enumerate(data.get(key, ())):
            name = item[member]
            if name in seen:
                yield FieldError(
                    pointer_to(key, index, member),
                    "doubled",
                    f"“{name}” ada {counts[name]} kali.",
                    f"“{name}” stands there {counts[name]} times.",
                )
            seen.add(name)


def _reserved(data: Data) -> Iterator[FieldError]:
    for index, item in enumerate(data.get("requirements", ())):
        if item["code"] == RESULT:
            yield FieldError(
                pointer_to("requirements", index, "code"),
                "reserved",
                f"“{RESULT}” adalah kode dokumen hasil.",
                f"“{RESULT}” is the code of the result document.",
            )


def _order_errors(stages: Iterable[Data]) -> Iterator[FieldError]:
    order = [OFFICER_STAGES.index(item["stage"]) for item in stages]
    if order != sorted(order):
        yield FieldError(
            "/stages",
            "wrong_order",
            "Urutan tahap tidak mengikuti alur.",
            "The stages are not in the order of the workflow.",
        )


def _condition_errors(data: Data) -> Iterator[FieldError]:
    fields = frozenset(item["name"] for item in data.get("fields", ()))
    for place, condition, known in _conditions(data, fields):
        if _depth(condition) > MAX_DEPTH:
            yield FieldError(
                place,
                "too_deep",
                f"Syarat bertingkat paling banyak {MAX_DEPTH}.",
                f"A condition has at most {MAX_DEPTH} levels.",
            )
        for name in sorted(read_condition(condition).fields - known):
            yield FieldError(
                place,
                "unknown_field",
                f"Tidak ada isian “{name}”.",
                f"There is no field “{name}”.",
            )


def _conditions(data: Data, fields: frozenset[str]) -> Iterator[tuple[str, Data, frozenset[str]]]:
    """Yield every condition with its place and the fields it may ask for; a result's may none."""
    nobodys: frozenset[str] = frozenset()
    lists = (
        (("fields",), data.get("fields", ()), "required", fields),
        (("requirements",), data.get("requirements", ()), "required", fields),
        (("eligibility",), data.get("eligibility", ()), "when", fields),
        (("result", "fields"), data["result"].get("fields", ()), "required", nobodys),
    )
    for place, items, member, known in lists:
        for index, item in enumerate(items):
            if isinstance(item.get(member), Mapping):
                yield pointer_to(*place, index, member), item[member], known
    for index, item in enumerate(data.get("fields", ())):
        for number, rule in enumerate(item.get("implied", ())):
            yield pointer_to("fields", index, "implied", number, "when"), rule["when"], fields


def _depth(condition: Data) -> int:
    if len(condition) != 1:
        return 1
    ((key, inner),) = condition.items()
    return 1 + (_depth(inner) if key == "not" else max(_depth(part) for part in inner))


def _option_errors(data: Data) -> Iterator[FieldError]:
    places = ((("fields",), data), (("result", "fields"), data["result"]))
    for place, holder in places:
        for index, item in enumerate(holder.get("fields", ())):
            options = {option["value"] for option in item.get("options", ())}
            implied = {rule["value"] for rule in item.get("implied", ())}
            for member, named in (
                ("accepted", set(item.get("accepted", ()))),
                ("implied", implied),
            ):
                if named - options:
                    yield FieldError(
                        pointer_to(*place, index, member),
                        "not_an_option",
                        "Hanya pilihan isian ini sendiri.",
                        "Only options of this field.",
                    )


def _period_errors(data: Data) -> Iterator[FieldError]:
    window = data.get("window")
    types = {item["name"]: item["type"] for item in data.get("fields", ())}
    if window and types.get(window["period_field"]) not in ("month", "date"):
        yield FieldError(
            "/window/period_field",
            "unknown_field",
            "Tidak ada isian bertipe month atau date dengan nama ini.",
            "There is no month or date field of this name.",
        )
