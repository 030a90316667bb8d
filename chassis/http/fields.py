"""The kinds of text a request may hold; every string of every request is one of them (R36).

`Line`, `Name` and `Prose` are cleaned, or refused with a pointer and the reason. `Words` is what
somebody looks for. `Exact` is taken as it comes: passwords, codes, choices, tokens, cursors, and
what has a reader of its own, such as an NIP; `Code` fits a pattern. `Phone` and `Mail` come in
one form (R37). `Values` is an object whose members the service knows better than its schema does.
What is no text is in `chassis.http.values`.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import marshmallow
from marshmallow import ValidationError, fields, validate

from chassis.kernel import contacts, text
from chassis.kernel.errors import Invalid

MOST_DEPTH = 20


class UncheckedText(TypeError):
    """A request takes text by another rule than that of all services."""


class _Text(fields.String):
    @abstractmethod
    def read(self, typed: str) -> str:
        """Return the text as it is taken. Raises `Invalid`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        typed = super()._deserialize(value, attr, data, **more)
        return _or_refused(lambda: self.read(typed))


class Line(_Text):
    """One line; `longest` counts its characters after it was cleaned."""

    def __init__(self, longest: int, *, may_be_empty: bool = False, **options: Any) -> None:
        self.may_be_empty = may_be_empty
        shortest = None if may_be_empty else 1
        super().__init__(validate=validate.Length(min=shortest, max=longest), **options)

    def read(self, typed: str) -> str:
        return text.line(typed, may_be_empty=self.may_be_empty)


class Name(Line):
    """One line with single blanks."""

    def read(self, typed: str) -> str:
        return text.name(typed, may_be_empty=self.may_be_empty)


class Prose(Line):
    """Several lines."""

    def read(self, typed: str) -> str:
        return text.prose(typed, may_be_empty=self.may_be_empty)


class Words(_Text):
    """What somebody looks for: nothing that cannot be seen is held against them."""

    def __init__(self, longest: int = 100, *, shortest: int = 0, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **options)

    def read(self, typed: str) -> str:
        return text.shown_line(typed)


class Exact(_Text):
    """Taken exactly as it comes."""

    def read(self, typed: str) -> str:
        return text.exact(typed)


class Code(Exact):
    """A word of machines: the whole of it fits a pattern."""

    def __init__(self, pattern: str, **options: Any) -> None:
        super().__init__(validate=[validate.Regexp(pattern), _one_line], **options)


class Phone(_Text):
    """A telephone number, as E.164."""

    def read(self, typed: str) -> str:
        return contacts.phone_number(typed)


class Mail(_Text):
    """A mail address, in ASCII."""

    def read(self, typed: str) -> str:
        return contacts.mail_address(typed)


class Values(fields.Dict):
    """Values by name. Their texts can at least be stored; the service cleans each by its kind."""

    def __init__(self, names: str, **options: Any) -> None:
        super().__init__(keys=Code(names), **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        given: dict[str, Any] = super()._deserialize(value, attr, data, **more)  # type: ignore[no-untyped-call]
        errors = {name: refused for name, held in given.items() if (refused := _unkept(held))}
        if errors:
            raise ValidationError(errors)
        return given


def unchecked(schema: marshmallow.Schema) -> list[str]:
    """Name the members of a request through which text would come unchecked."""
    return members(schema, _is_loose_text)


def members(schema: marshmallow.Schema, is_meant: Callable[[fields.Field[Any]], bool]) -> list[str]:
    """Name the members of a request that are, or have below them, a field that is meant."""
    return [name for name, field in schema.fields.items() if any(map(is_meant, _leaves(field)))]


def _leaves(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    """Yield the fields that hold values; an object whose names or values are of no kind is one."""
    parts: list[Any] = []
    if isinstance(field, fields.Nested):
        parts = list(field.schema.fields.values())
    elif isinstance(field, fields.List):
        parts = [field.inner]
    elif isinstance(field, fields.Dict) and field.key_field and field.value_field:
        parts = [field.key_field, field.value_field]
    else:
        yield field
    for part in parts:
        yield from _leaves(part)


def _is_loose_text(field: fields.Field[Any]) -> bool:
    if isinstance(field, _Text | Values | fields.UUID):
        return False
    return isinstance(field, fields.String | fields.Raw | fields.Dict)


def _one_line(value: str) -> None:
    # `$` of a pattern also stands before a last line feed.
    if "\n" in value:
        raise ValidationError("String does not match expected pattern.")


def _or_refused(read: Callable[[], str]) -> str:
    try:
        return read()
    except Invalid as refused:
        # The problem document finds the pointer by the place of the field.
        raise ValidationError(list(refused.errors)) from None


def _unkept(value: Any) -> list[Any]:
    return [error for string in _strings(value, MOST_DEPTH) for error in _errors_of(string)]


def _errors_of(string: str) -> tuple[Any, ...]:
    try:
        text.exact(string)
    except Invalid as refused:
        return refused.errors
    return ()


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict) and depth:
        inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for item in inner:
            yield from _strings(item, depth - 1)
