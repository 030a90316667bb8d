"""Is one value right for its field? Types, lengths, limits and options."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from chassis.kernel.errors import FieldError, Invalid
from chassis.kernel.period import EARLIEST_DAY, LATEST_DAY, is_plausible
from chassis.kernel.text import prose
from services.proposal.domain.facts import month_of
from services.proposal.domain.layanan import Field
from services.proposal.domain.stages import Text

MAX_TEXT = 2000
MAX_WHOLE_NUMBER = 10**12


def is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def cleaned(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean what was typed into text fields (R36).

    What cannot be cleaned stays as it is, so that `value_errors` says why.
    """
    texts = {field.name for field in fields if field.type == "text"}
    return {name: _clean(value) if name in texts else value for name, value in values.items()}


def value_errors(field: Field, value: Any, *, prefix: str = "/fields") -> list[FieldError]:
    """Name what is wrong with a value that is there; empty values pass."""
    if is_empty(value) and (field.type == "multi" or not isinstance(value, list)):
        return []
    refusal = _CHECKS[field.type](field, value)
    if refusal is None and field.accepted is not None and value not in field.accepted:
        refusal = ("below_minimum", field.refusal)
    return [field_error(f"{prefix}/{field.name}", *refusal)] if refusal else []


def field_error(pointer: str, code: str, text: Text) -> FieldError:
    return FieldError(pointer, code, text["id"], text.get("en", text["id"]))


def _clean(value: Any) -> Any:
    try:
        return prose(value, may_be_empty=True) if isinstance(value, str) else value
    except Invalid:
        return value


_Problem = tuple[str, Text] | None


def _text(field: Field, value: Any) -> _Problem:
    if not isinstance(value, str):
        return _wrong_type("Isi dengan teks.", "Enter text.")
    try:
        clean = prose(value)
    except Invalid as refused:
        (error,) = refused.errors
        return error.code, {"id": error.id, "en": error.en}
    shortest, longest = field.minimum or 1, field.maximum or MAX_TEXT
    if len(clean) < shortest:
        return "too_short", {
            "id": f"Paling sedikit {shortest} karakter.",
            "en": f"At least {shortest} characters.",
        }
    if len(clean) > longest:
        return "too_long", {
            "id": f"Paling banyak {longest} karakter.",
            "en": f"At most {longest} characters.",
        }
    return None


def _whole_number(field: Field, value: Any) -> _Problem:
    if isinstance(value, bool) or not isinstance(value, int):
        return _wrong_type("Isi dengan bilangan bulat.", "Enter a whole number.")
    lowest = -MAX_WHOLE_NUMBER if field.minimum is None else field.minimum
    highest = MAX_WHOLE_NUMBER if field.maximum is None else field.maximum
    if not lowest <= value <= highest:
        return "out_of_range", {
            "id": f"Isi antara {lowest} dan {highest}.",
            "en": f"Enter a number from {lowest} to {highest}.",
        }
    return None


def _date(_field: Field, value: Any) -> _Problem:
    if isinstance(value, str) and len(value) == len("2026-01-31"):
        try:
            return _plausible(date.fromisoformat(value))
        except ValueError:
            pass
    return _wrong_type("Isi dengan tanggal (TTTT-BB-HH).", "Enter a date (YYYY-MM-DD).")


def _month(_field: Field, value: Any) -> _Problem:
    if isinstance(value, str) and len(value) == len("2026-01") and (first := month_of(value)):
        return _plausible(first)
    return _wrong_type("Isi dengan bulan (TTTT-BB).", "Enter a month (YYYY-MM).")


def _plausible(day: date) -> _Problem:
    if is_plausible(day):
        return None
    first, last = EARLIEST_DAY.year, LATEST_DAY.year
    return "out_of_range", {
        "id": f"Isi tahun dari {first} sampai {last}.",
        "en": f"Enter a year from {first} to {last}.",
    }


def _enum(field: Field, value: Any) -> _Problem:
    return None if value in _option_values(field) else _unknown_option()


def _multi(field: Field, value: Any) -> _Problem:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return _wrong_type("Pilih satu atau lebih.", "Choose one or more.")
    if len(set(value)) != len(value) or not set(value) <= set(_option_values(field)):
        return _unknown_option()
    return None


def _bool(_field: Field, value: Any) -> _Problem:
    return None if isinstance(value, bool) else _wrong_type("Jawab ya atau tidak.", "Yes or no.")


_CHECKS: Mapping[str, Callable[[Field, Any], _Problem]] = {
    "text": _text,
    "int": _whole_number,
    "date": _date,
    "month": _month,
    "enum": _enum,
    "multi": _multi,
    "bool": _bool,
}


def _option_values(field: Field) -> list[str]:
    return [option.value for option in field.options]


def _unknown_option() -> tuple[str, Text]:
    return "unknown_option", {
        "id": "Pilihan tidak tersedia.",
        "en": "This is not one of the options.",
    }


def _wrong_type(indonesian: str, english: str) -> tuple[str, Text]:
    return "wrong_type", {"id": indonesian, "en": english}
