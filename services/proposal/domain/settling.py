"""A definition as it is kept: its texts cleaned by the one rule, without what is for editors."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from chassis.kernel.errors import FieldError, Invalid
from chassis.kernel.text import prose
from services.proposal.domain.shape import pointer_to


def settled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a definition file. Raises `Invalid` with every text refused."""
    errors: list[FieldError] = []
    kept = {
        key: _settled(value, pointer_to(key), errors)
        for key, value in data.items()
        if key != "$schema"
    }
    if errors:
        raise Invalid(errors=errors)
    return kept


def _settled(value: Any, pointer: str, errors: list[FieldError]) -> Any:
    if isinstance(value, str):
        return _clean(value, pointer, errors)
    if isinstance(value, float) and not isfinite(value):
        errors.append(FieldError(pointer, "invalid", "Harus berupa bilangan.", "Must be a number."))
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 1.0 and 1 are one number in JSON
    if isinstance(value, list):
        return [
            _settled(item, pointer + pointer_to(index), errors) for index, item in enumerate(value)
        ]
    if isinstance(value, dict):
        return {
            key: _settled(item, pointer + pointer_to(key), errors) for key, item in value.items()
        }
    return value


def _clean(value: str, pointer: str, errors: list[FieldError]) -> str:
    try:
        return prose(value, pointer=pointer, may_be_empty=True)
    except Invalid as refused:
        errors.extend(refused.errors)
        return value
