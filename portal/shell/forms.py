"""From a browser's form to an API body, and from the API's pointers back to the fields.

A field of a layanan has a type (text, int, date, month, enum, multi, bool); an empty input
means "not given", which the API calls null.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from flask import request
from werkzeug.datastructures import MultiDict

from chassis.http.incoming import MOST_DIGITS

Definition = Mapping[str, Any]
PREFIX = "field."


def fresh_key() -> str:
    """One per rendered form: pressing twice sends it twice, and the API acts once."""
    return uuid4().hex


def sent_key() -> str:
    return request.form.get("key") or fresh_key()


def entered(definitions: Iterable[Definition], form: "MultiDict[str, str]") -> dict[str, Any]:
    """Read the values of the given fields; absent inputs are left out."""
    values: dict[str, Any] = {}
    for definition in definitions:
        name = f"{PREFIX}{definition['name']}"
        if name in form or f"{name}.present" in form:
            values[definition["name"]] = _value(definition, form.getlist(name))
    return values


def editable(fields: Iterable[Definition]) -> list[Definition]:
    return [definition for definition in fields if not definition.get("system")]


def by_field(errors: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Put `/fields/x` beside x and `/documents/y` beside y, the rest on top."""
    placed: dict[str, str] = {}
    others: list[str] = []
    for pointer, text in errors.items():
        parts = pointer.strip("/").split("/")
        if len(parts) >= 2 and parts[0] in ("fields", "documents"):
            placed[f"{parts[0]}.{parts[1]}"] = text
        else:
            others.append(text)
    return placed, others


def _value(definition: Definition, given: list[str]) -> Any:
    texts = [text.strip() for text in given if text.strip()]
    kind = definition["type"]
    if kind == "multi":
        return texts
    if kind == "bool":
        return {"true": True, "false": False}.get(texts[0]) if texts else None
    if not texts:
        return None
    return _number(texts[0]) if kind == "int" else texts[0]


def _number(text: str) -> int | str:
    """What is no number is sent as it is: the API says so at the field, the input stays."""
    digits = text.replace(".", "").replace(" ", "")
    is_number = digits.removeprefix("-").isdecimal() and digits.isascii()
    return int(digits) if is_number and len(digits) <= MOST_DIGITS else text
