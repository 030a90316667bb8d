"""Requests as nobody means them: bodies of every operation that takes one, changed at random."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import urllib3
from flask import Flask

from tests.builders.matrix import addresses, document_of, filled, resolved
from tests.builders.pdfs import a_letter

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PER_OPERATION = 4
_METHODS = ("post", "put", "patch", "delete")
_LONG = "9" * 5000
_MARKS = "e" + "\u0301" * 300
# What stands in the place of a value of JSON, and of a form's.
VALUES = (
    *("NaN", "-Infinity", "1e999", "-0", "0.1", "1e20", "9223372036854775808", _LONG),
    *("null", "true", "[]", "{}", '""', '" "', "[null]", "[[]]", '{"a":1,"a":2}'),
    *("[" * 30 + "]" * 30, '"' + "a" * 20_000 + '"', f'"{_MARKS}"', f'"{_LONG}"'),
    *('"\\ud800"', '"\\u0000"', '"\\u202e"', '"\\ufeff"', '"\\uffff"', '"😀"', '"٣"'),
    *('"2026-13-45"', '"0000-00-00"', '"0001-01-01"', '"9999-12-31"', '"2026-11-28T25:00:00Z"'),
    *('"00000000-0000-0000-0000-000000000000"', '"../../x"', '"%00"', '"\' OR 1=1 --"', '"{0}"'),
)
BYTES = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\r\n\r\n"),
    *(b'"', b"\\", b"{", b"]", b"&", b"%", b"%zz", b"=", b"--", b"\x1b[2J", b"0" * 5000),
)
BODIES = (b"", b" ", b"null", b"0", b'""', b"[]", b"{}", b"[" * 100_000, b'{"a":' * 5000, b"\x00")
TYPES = (
    *(JSON, FORM, "text/plain", "", "application/json; charset=utf-16", "APPLICATION/JSON"),
    *("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"),
    *("application/merge-patch+json", "application/x-www-form-urlencoded; charset=nothing", "\xff"),
)
HEADERS = (
    *(("Idempotency-Key", key) for key in ("k", "\xff", "a" * 200, "")),
    *(("If-Match", tag) for tag in ('"1"', "*", 'W/"9"', '"' + "9" * 30 + '"', '"x', "\xff")),
    *(("Accept-Language", wish) for wish in ("en;q=9", "\xff", "," * 500)),
    *(("Prefer", wish) for wish in ("return=minimal", '"', "return=" + "," * 500)),
    *(("Accept", wish) for wish in ("text/html", "\xff", "text/html;q=" + "9" * 300)),
)

# What a schema cannot say, by the name of a member: so that many bodies get past the schema.
MEANT: Mapping[str, Any] = {
    "layanan": "bebas_hukdis",
    "fields": {"keperluan": "Seleksi jabatan"},
    "nip": "199502032019011777",
    "email": "andini@contoh.go.id",
    "phone": "081234567890",
    "role": "umpeg",
    "note": "Perbaiki dokumennya.",
    "reasons": [{"code": "document_unreadable", "target": "document:skp_1_tahun"}],
    "channels": {"email": True},
    "totp_roles": ["sysadmin"],
    "golongan": "III/a",
}


@dataclass(frozen=True)
class Raw:
    """A request as it is sent."""

    method: str
    address: str
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        sent = (self.method, self.address, self.content_type, dict(self.headers), self.body[:300])
        return " ".join(map(str, sent))


def of_operations(app: Flask, ids: Sequence[UUID]) -> list[Raw]:
    """Return valid bodies of every operation of a service that changes something."""
    document = document_of(app)
    return [
        raw
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method in _METHODS
        for number, address in enumerate(addresses(path, ids))
        if number < PER_OPERATION
        for raw in _bodies(method.upper(), address, told, document, ids[number % len(ids)])
    ]


def _bodies(
    method: str, address: str, told: Any, document: Mapping[str, Any], the_id: UUID
) -> Iterator[Raw]:
    content = told.get("requestBody", {}).get("content", {JSON: {"schema": {"type": "object"}}})
    for content_type, media in content.items():
        value = meant(filled(resolved(media["schema"], document), the_id))
        if content_type == JSON:
            yield Raw(method, address, json.dumps(value).encode(), JSON)
        elif content_type == FORM:
            yield form(method, address, value)
        elif content_type != "multipart/form-data":
            yield Raw(method, address, a_letter(), content_type)
        else:
            parts = {name: str(given) for name, given in value.items() if name != "file"}
            parts["file"] = ("surat.pdf", a_letter(), "application/pdf")
            body, boundary = urllib3.encode_multipart_formdata(parts)
            yield Raw(method, address, body, boundary)


def meant(value: Any) -> Any:
    """Put in what a schema cannot say."""
    if not isinstance(value, dict):
        return value
    return {name: MEANT.get(name, meant(inner)) for name, inner in value.items()}


def form(method: str, address: str, values: Mapping[str, Any]) -> Raw:
    """Return a form of a page."""
    return Raw(method, address, urlencode(values).encode(), FORM)


def changed(chance: Random, raw: Raw) -> Raw:
    """Change a request: a value of it, its bytes, all of it, its type or its headers."""
    ways: tuple[Callable[[Random, Raw], Raw], ...] = (*[_value] * 6, _bytes, _bytes, _all)
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        raw = chance.choice(ways)(chance, raw)
    if chance.random() < 0.05:
        raw = replace(raw, content_type=chance.choice(TYPES))
    if chance.random() < 0.3:
        raw = replace(raw, headers=dict([chance.choice(HEADERS)]))
    return raw


def _value(chance: Random, raw: Raw) -> Raw:
    """Put something else in the place of one value, or beside it."""
    given = chance.choice(VALUES)
    if raw.content_type == FORM:
        parts = raw.body.split(b"&")
        name = chance.choice(parts).partition(b"=")[0]
        parts.insert(chance.randrange(len(parts) + 1), name + b"=" + given.strip('"').encode())
        return replace(raw, body=b"&".join(parts[chance.random() < 0.5 :]))
    try:
        value = json.loads(raw.body)
    except (ValueError, RecursionError):
        return _bytes(chance, raw)
    mark = "\x01here\x01"
    text = json.dumps(_with(chance, value, mark)).replace(json.dumps(mark), given)
    return replace(raw, body=text.encode("utf-8", "surrogatepass"))


def _with(chance: Random, value: Any, mark: str) -> Any:
    """Return a value with a mark somewhere in it."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
        return mark
    if isinstance(value, list):
        place = chance.randrange(len(value))
        return [*value[:place], _with(chance, value[place], mark), *value[place + 1 :]]
    name = chance.choice([*value, "extra"])
    return {**value, name: _with(chance, value.get(name), mark)}


def _bytes(chance: Random, raw: Raw) -> Raw:
    body = bytearray(raw.body)
    place = chance.randrange(len(body) + 1)
    match chance.randrange(4):
        case 0:
            body[place:place] = chance.choice(BYTES)
        case 1:
            del body[place : place + chance.choice((1, 2, 10, len(body)))]
        case 2 if place < len(body):
            body[place] ^= 1 << chance.randrange(8)
        case _:
            body[place:place] = body[chance.randrange(place + 1) : place]
    return replace(raw, body=bytes(body))


def _all(chance: Random, raw: Raw) -> Raw:
    if chance.random() < 0.5:
        return replace(raw, body=chance.choice(BODIES))
    return replace(raw, body=chance.randbytes(chance.randrange(200)))
