"""Reads JSON strictly and collects every problem, so that a catalogue is corrected in one go."""

import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any, TypeVar

from services.proposal.domain.stages import Text

_CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
T = TypeVar("T")


class DefinitionInvalid(ValueError):
    """A layanan definition cannot be used; `problems` names every reason with its place."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Reader:
    """One JSON object. Each read marks its key as known; `finish` complains of the others."""

    def __init__(self, data: Any, where: str, problems: list[str]) -> None:
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.where = where
        self.problems = problems
        self._known: set[str] = set()
        if not isinstance(data, dict):
            problems.append(f"{where}: expected an object")

    def problem(self, key: str, why: str) -> None:
        self.problems.append(f"{self.where}.{key}: {why}")

    def has(self, key: str) -> bool:
        return key in self.data

    def raw(self, key: str, default: Any = None) -> Any:
        self._known.add(key)
        return self.data.get(key, default)

    def finish(self) -> None:
        for key in sorted(set(self.data) - self._known):
            self.problem(key, "not a known key")

    def code(self, key: str) -> str:
        value = self.raw(key)
        if isinstance(value, str) and _CODE.fullmatch(value):
            return value
        self.problem(key, "expected a code in snake_case")
        return ""

    def text(self, key: str, *, required: bool = False) -> Text:
        return self._text(key, self.raw(key), required=required)

    def texts(self, key: str) -> tuple[Text, ...]:
        return tuple(
            self._text(f"{key}[{index}]", item, required=True)
            for index, item in enumerate(self.list_of(key))
        )

    def string(self, key: str) -> str | None:
        value = self.raw(key)
        if value is None or (isinstance(value, str) and value):
            return value
        self.problem(key, "expected text")
        return None

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.raw(key, default)
        if isinstance(value, bool):
            return value
        self.problem(key, "expected true or false")
        return default

    def number(self, key: str, default: int | None = None, *, least: int | None = None) -> Any:
        value = self.raw(key, default)
        if value is None and default is None and least is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(key, "expected a whole number")
            return default or 0
        if least is not None and value < least:
            self.problem(key, f"must be at least {least}")
        return value

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        value = self.raw(key, default)
        if isinstance(value, str) and value in choices:
            return value
        self.problem(key, f"“{value}” is not one of {', '.join(sorted(choices))}")
        return default or ""

    def choices(self, key: str, among: Collection[str], default: Collection[str]) -> frozenset[str]:
        items = self.list_of(key) if self.has(key) else list(default)
        self._known.add(key)
        unknown = [str(item) for item in items if str(item) not in among]
        if unknown or not items:
            self.problem(key, f"expected some of {', '.join(sorted(among))}, not {unknown}")
        return frozenset(str(item) for item in items)

    def codes(self, key: str, pattern: str = r"[a-z][a-z0-9_-]*") -> tuple[str, ...]:
        items = self.list_of(key)
        for item in items:
            if not (isinstance(item, str) and re.fullmatch(pattern, item)):
                self.problem(key, f"“{item}” is not a code")
        return tuple(str(item) for item in items)

    def day(self, key: str) -> date:
        try:
            return date.fromisoformat(self.raw(key))
        except (TypeError, ValueError):
            self.problem(key, "expected a date (YYYY-MM-DD)")
            return date.min

    def list_of(self, key: str) -> list[Any]:
        value = self.raw(key, [])
        if isinstance(value, list):
            return value
        self.problem(key, "expected a list")
        return []

    def part(self, key: str) -> "Reader":
        return Reader(self.raw(key), f"{self.where}.{key}", self.problems)

    def each(self, key: str, read: Callable[["Reader"], T]) -> tuple[T, ...]:
        """Read every object of a list with `read`."""
        values = []
        for index, item in enumerate(self.list_of(key)):
            reader = Reader(item, f"{self.where}.{key}[{index}]", self.problems)
            values.append(read(reader))
            reader.finish()
        return tuple(values)

    def _text(self, key: str, value: Any, *, required: bool) -> Text:
        if value is None and not required:
            return {}
        named = isinstance(value, dict) and set(value) <= {"id", "en"}
        if named and isinstance(value.get("id"), str) and value["id"].strip():
            return {"id": value["id"], "en": value.get("en") or value["id"]}
        self.problem(key, "expected a text {id, en} with at least the Indonesian one")
        return {"id": "", "en": ""}
