"""The limits on what comes in, in one place: addresses, headers, JSON; for services and edges.

Whatever the bytes, the answer is a 4xx that says what is wrong, never a fault of ours. The size
of a body is the route's (`chassis.process.manifest.Route`), a form with a file is read by
`chassis.http.multipart`, and texts are held to R36 by `chassis.http.fields`.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.kernel.errors import FieldError, Refused

LONGEST_ADDRESS = 8000
LONGEST_HEADER = 8000
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32_000
MOST_DEPTH = 20
MOST_DIGITS = 100
_EXACT = 2**53  # beyond it a float is no longer each whole number

_REASONS: Mapping[str, tuple[str, str]] = {
    "not_utf8": (
        "Isi permintaan harus UTF-8.",
        "The body must be UTF-8.",
    ),
    "byte_order_mark": (
        "Isi permintaan diawali tanda urutan byte (BOM). Simpan sebagai UTF-8 tanpa BOM.",
        "The body begins with a byte order mark. Save it as UTF-8 without one.",
    ),
    "not_json": (
        "Isi permintaan bukan JSON yang utuh (baris {line}, kolom {column}).",
        "The body is not whole JSON (line {line}, column {column}).",
    ),
    "too_deep": (
        f"JSON bersarang lebih dari {MOST_DEPTH} tingkat.",
        f"The JSON is nested more than {MOST_DEPTH} levels deep.",
    ),
    "number_too_long": (
        f"Angka lebih dari {MOST_DIGITS} karakter atau terlalu besar.",
        f"The number has more than {MOST_DIGITS} characters, or is too large.",
    ),
    "not_a_number": (
        "NaN dan Infinity bukan JSON.",
        "NaN and Infinity are no JSON.",
    ),
    "duplicate_name": (
        "Nama ini muncul dua kali dalam satu objek.",
        "This name is in one object twice.",
    ),
}


class Malformed(Refused):
    """The body is not JSON that this system takes; the one error says where and why."""

    kind = "malformed"
    code = "malformed"
    text = {"id": "{reason_id}", "en": "{reason_en}"}

    def __init__(self, reason: str, pointer: str = "", **places: int) -> None:
        indonesian, english = (text.format(**places) for text in _REASONS[reason])
        error = FieldError(pointer, reason, indonesian, english)
        super().__init__(errors=[error], reason_id=indonesian, reason_en=english)


class NotJson(Refused):
    """A body came with another content type than JSON."""

    kind = "unsupported_media"
    code = "unsupported_media_type"
    text = {
        "id": "Kirim isi sebagai JSON, dengan Content-Type: application/json.",
        "en": "Send the body as JSON, with Content-Type: application/json.",
    }


class AddressTooLong(Refused):
    """The request's path and query are too long."""

    kind = "address_too_long"
    code = "uri_too_long"
    text = {
        "id": f"Alamat permintaan ini melebihi {LONGEST_ADDRESS} karakter.",
        "en": f"The address of this request exceeds {LONGEST_ADDRESS} characters.",
    }


class HeadersTooLarge(Refused):
    """The request has too many headers, or too long ones."""

    kind = "headers_too_large"
    code = "headers_too_large"
    text = {
        "id": "Header permintaan terlalu banyak atau terlalu besar.",
        "en": "The request has too many headers, or too large ones.",
    }


def refuse_oversized(environ: Mapping[str, Any]) -> None:
    """Refuse what a server in front should have. Raises `AddressTooLong`, `HeadersTooLarge`."""
    if has_too_long_address(environ):
        raise AddressTooLong
    if has_too_much_in_headers(environ):
        raise HeadersTooLarge


def has_too_much_in_headers(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request's headers exceed their number, length or size together."""
    lengths = [len(str(environ[name])) for name in environ if name.startswith("HTTP_")]
    return (
        len(lengths) > MOST_HEADERS
        or max(lengths, default=0) > LONGEST_HEADER
        or sum(lengths) > MOST_HEADER_BYTES
    )


def has_too_long_address(environ: Mapping[str, Any]) -> bool:
    """Tell whether path and query exceed their length, as they came where the server tells it."""
    came = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    parts = [str(environ.get(name, "")) for name in ("PATH_INFO", "QUERY_STRING")]
    return len(str(came or "?".join(filter(None, parts)))) > LONGEST_ADDRESS


def read_json(body: bytes) -> Any:
    """Read a body of JSON (RFC 8259). Raises `Malformed` with a pointer to what is wrong."""
    wrong: list[_Wrong] = []

    def refuse(reason: str, name: str | None = None) -> _Wrong:
        wrong.append(_Wrong(reason, name))
        return wrong[-1]

    reading: dict[str, Any] = {
        "object_pairs_hook": lambda pairs: _object(pairs, refuse),
        "parse_int": lambda text: _number(int, text, refuse),
        "parse_float": lambda text: _number(float, text, refuse),
        "parse_constant": lambda _text: refuse("not_a_number"),
    }
    try:
        value = json.loads(_decoded(body), **reading)
    except RecursionError:
        raise Malformed("too_deep") from None
    except json.JSONDecodeError as error:
        raise Malformed("not_json", line=error.lineno, column=error.colno) from None
    for pointer, place in _places(value, "", 0):
        if isinstance(place, _Wrong):
            raise Malformed(place.reason, pointer + place.step)
    return value


class _Wrong:
    """Stands in the value read where something is not taken, so that its pointer is known."""

    def __init__(self, reason: str, name: str | None) -> None:
        self.reason = reason
        self.step = "" if name is None else _step(name)


def _decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    if text.startswith("\ufeff"):
        raise Malformed("byte_order_mark")
    return text


def _object(pairs: list[tuple[str, Any]], refuse: Any) -> Any:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            return refuse("duplicate_name", name)
        members[name] = value
    return members


def _number(kind: type[int | float], text: str, refuse: Any) -> Any:
    """Read a number; 7.0 is the whole number 7, as JSON Schema has it."""
    if len(text) > MOST_DIGITS or not math.isfinite(number := float(text)):
        return refuse("number_too_long")
    is_whole = number.is_integer() and abs(number) < _EXACT
    return int(number) if is_whole and kind is float else kind(text)


def _places(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Go through all of a value. Raises `Malformed` where it is too deep."""
    yield pointer, value
    if not isinstance(value, list | dict):
        return
    if depth == MOST_DEPTH:
        raise Malformed("too_deep", pointer)
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in members:
        yield from _places(member, pointer + _step(str(name)), depth + 1)


def _step(name: str) -> str:
    return f"/{name.replace('~', '~0').replace('/', '~1')}"
