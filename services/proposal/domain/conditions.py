"""A tiny condition language as data: when is a row of the requirement list required?

`{"field": "kp_pertama", "equals": true}`, `{"fact": "guru", "equals": true}`, with `in`,
`at_least`, `below`, `is_set`, and `all` / `any` / `not`. Nothing is executed: a condition is
a tree of comparisons over the entered values and the facts known about the applicant. A value
that is not known makes a comparison false, never an error; `verdict` tells the two apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 5


@dataclass(frozen=True)
class Compare:
    """One comparison. `source` is "field" or "fact"."""

    source: str
    name: str
    operator: str
    operand: Any

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        value = (values if self.source == "field" else facts).get(self.name)
        if self.operator == "is_set":
            return _is_set(value) is self.operand
        return value is not None and _OPERATORS[self.operator](value, self.operand)

    def verdict(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
        """Say whether it holds; None where what it asks for is not known."""
        value = (values if self.source == "field" else facts).get(self.name)
        if value is None and self.operator != "is_set":
            return None
        return self.holds(values, facts)

    @property
    def fields(self) -> frozenset[str]:
        return frozenset({self.name}) if self.source == "field" else frozenset()

    @property
    def facts(self) -> frozenset[str]:
        return frozenset({self.name}) if self.source == "fact" else frozenset()


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Condition", ...]

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return all(part.holds(values, facts) for part in self.parts)

    def verdict(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
        verdicts = {part.verdict(values, facts) for part in self.parts}
        if False in verdicts:
            return False
        return None if None in verdicts else True

    @property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(part.fields for part in self.parts))

    @property
    def facts(self) -> frozenset[str]:
        return frozenset().union(*(part.facts for part in self.parts))


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return any(part.holds(values, facts) for part in self.parts)

    def verdict(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
        verdicts = {part.verdict(values, facts) for part in self.parts}
        if True in verdicts:
            return True
        return None if None in verdicts else False

    @property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(part.fields for part in self.parts))

    @property
    def facts(self) -> frozenset[str]:
        return frozenset().union(*(part.facts for part in self.parts))


@dataclass(frozen=True)
class Not:
    part: "Condition"

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return not self.part.holds(values, facts)

    def verdict(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
        verdict = self.part.verdict(values, facts)
        return None if verdict is None else not verdict

    @property
    def fields(self) -> frozenset[str]:
        return self.part.fields

    @property
    def facts(self) -> frozenset[str]:
        return self.part.facts


Condition = Compare | AllOf | AnyOf | Not


def _contains(known: Any, operand: Any) -> bool:
    return any(item in operand for item in (known if isinstance(known, list) else [known]))


def _comparable(known: Any, operand: Any) -> bool:
    numbers = isinstance(known, int | float) and isinstance(operand, int | float)
    return numbers or (isinstance(known, str) and isinstance(operand, str))


def _equals(value: Any, operand: Any) -> bool:
    return type(value) is type(operand) and bool(value == operand)


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "in": _contains,
    "at_least": lambda known, operand: _comparable(known, operand) and bool(known >= operand),
    "below": lambda known, operand: _comparable(known, operand) and bool(known < operand),
}
_LISTS: Mapping[str, type[AllOf] | type[AnyOf]] = {"all": AllOf, "any": AnyOf}


def _is_set(known: Any) -> bool:
    return known not in (None, "", [])


def read_condition(data: Mapping[str, Any]) -> Condition:
    """Read a condition that has the shape of the schema."""
    if len(data) == 1:
        ((key, inner),) = data.items()
        if key == "not":
            return Not(read_condition(inner))
        return _LISTS[key](tuple(read_condition(item) for item in inner))
    source = "field" if "field" in data else "fact"
    (operator,) = set(data) - {source}
    return Compare(source, data[source], operator, data[operator])
