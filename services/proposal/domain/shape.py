"""The JSON Schema of a layanan definition, and in words whatever does not fit it.

`layanan.schema.json` is the one truth about the shape: it is published for editors of
definitions, and nothing that it refuses is read. What a schema cannot say is in
`contradictions`.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.kernel.errors import FieldError

# Loaded when the first definition is checked: most processes never check one.
if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

DEEPEST = 20
LONGEST_LIST = 200
MOST_ERRORS = 100
# A `ValidationError`, each attribute of which its types hold for perhaps not set.
Fault = Any
_FILE = Path(__file__).with_name("layanan.schema.json")
_TYPES = {
    "object": ("objek", "an object"),
    "array": ("daftar", "a list"),
    "string": ("teks", "text"),
    "integer": ("bilangan bulat", "a whole number"),
    "boolean": ("true atau false", "true or false"),
    "null": ("null", "null"),
}
_LIMITS = {
    "minimum": ("out_of_range", "Paling sedikit {}.", "At least {}."),
    "maximum": ("out_of_range", "Paling banyak {}.", "At most {}."),
    "minItems": ("too_short", "Paling sedikit {} butir.", "At least {} items."),
    "maxLength": ("too_long", "Paling panjang {} huruf.", "At most {} letters."),
}


@cache
def schema() -> dict[str, Any]:
    """Return the schema."""
    read: dict[str, Any] = json.loads(schema_text())
    return read


@cache
def schema_text() -> str:
    """Return the schema as it is published."""
    return _FILE.read_text("utf-8")


def shape_errors(data: Any, *, part: str | None = None) -> list[FieldError]:
    """Name everything in a definition, or in one part of `$defs`, that the schema refuses."""
    if _depth_exceeds(data, DEEPEST):
        return [FieldError("", "too_deep", "Terlalu banyak tingkat.", "Nested too deep.")]
    if long := list(_long_lists(data)):
        return long
    found = islice(_validator(part).iter_errors(data), MOST_ERRORS)
    errors = {error for fault in found for error in _errors_of(fault)}
    return sorted(errors, key=lambda error: (error.pointer, error.code))


def pointer_to(*steps: str | int) -> str:
    """Write a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


@cache
def _validator(part: str | None) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator, FormatChecker

    whole = schema()
    wanted = whole if part is None else {"$ref": f"#/$defs/{part}", "$defs": whole["$defs"]}
    return Draft202012Validator(wanted, format_checker=FormatChecker(("date",)))


def _depth_exceeds(data: Any, most: int) -> bool:
    level = [data]
    for _ in range(most):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _long_lists(value: Any, pointer: str = "") -> Iterator[FieldError]:
    """Name lists that are longer than any office needs, before each of their items is judged."""
    if _is_list(value) and len(value) > LONGEST_LIST:
        words = f"Paling banyak {LONGEST_LIST} butir.", f"At most {LONGEST_LIST} items."
        yield FieldError(pointer, "too_long", *words)
        return
    items = value.items() if isinstance(value, dict) else enumerate(_inside(value))
    for step, inner in items:
        yield from _long_lists(inner, pointer + pointer_to(step))


def _inside(value: Any) -> Sequence[Any]:
    return list(value.values()) if isinstance(value, dict) else value if _is_list(value) else ()


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _errors_of(error: Fault) -> Iterator[FieldError]:
    place = tuple(error.absolute_path)
    if error.validator == "required":
        for name in set(error.validator_value) - set(error.instance):
            yield FieldError(pointer_to(*place, name), "required", "Wajib ada.", "Required.")
    elif error.validator == "additionalProperties":
        for name in set(error.instance) - set(error.schema["properties"]):
            yield FieldError(
                pointer_to(*place, name), "unknown_field", "Tidak dikenal.", "Unknown."
            )
    else:
        yield FieldError(pointer_to(*place), *_in_words(error))


def _in_words(error: Fault) -> tuple[str, str, str]:
    limit = error.validator_value
    if error.validator in _LIMITS:
        code, indonesian, english = _LIMITS[error.validator]
        return code, indonesian.format(limit), english.format(limit)
    if error.validator == "enum":
        choices = ", ".join(limit)
        return "not_an_option", f"Harus salah satu dari: {choices}.", f"Must be one of: {choices}."
    indonesian, english = _wanted(error)
    return "invalid", f"Harus berupa {indonesian}.", f"Must be {english}."


def _wanted(error: Fault) -> tuple[str, str]:
    if "$comment" in error.schema:
        return error.schema["title"], error.schema["$comment"]
    if error.validator == "const":
        return (f"“{error.validator_value}”",) * 2
    types = error.schema.get("type", "object")
    names = [_TYPES[name] for name in ([types] if isinstance(types, str) else types)]
    return " atau ".join(name[0] for name in names), " or ".join(name[1] for name in names)
