"""A tiny condition language as data: when is a row of the requirement list required?

`{"field": "kp_pertama", "equals": true}`, `{"fact": "guru", "equals": true}`, with `in`,
`at_least`, `below`, `is_set`, and `all` / `any` / `not`. Nothing is executed: a condition is
a tree of comparisons over the entered values and the facts known about the applicant. A value
that is not known makes a comparison false, never an error.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 5

# What identity tells about an employee (R8), plus what is computed from it in `facts`.
FACTS = frozenset(
    {
        "kind",
        "cpns",
        "guru",
        "jabatan",
        "jenis_jabatan",
        "jenjang",
        "golongan",
        "golongan_pertama",
        "pangkat",
        "tmt_cpns",
        "tmt_golongan",
        "tmt_jabatan",
        "tmt_kgb",
        "masuk_daerah",
        "masa_kerja_golongan_bulan",
        "tenure_months",
        "kp_pertama",
        "mutasi_masuk",
    },
)


class ConditionInvalid(ValueError):
    """The data are not a condition; the message says where and why."""


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

    @property
    def fields(self) -> frozenset[str]:
        return frozenset({self.name}) if self.source == "field" else frozenset()


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Condition", ...]

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return all(part.holds(values, facts) for part in self.parts)

    @property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(part.fields for part in self.parts))


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return any(part.holds(values, facts) for part in self.parts)

    @property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(part.fields for part in self.parts))


@dataclass(frozen=True)
class Not:
    part: "Condition"

    def holds(self, values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        return not self.part.holds(values, facts)

    @property
    def fields(self) -> frozenset[str]:
        return self.part.fields


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


def parse_condition(
    data: Any,
    *,
    fields: Collection[str],
    where: str = "condition",
    depth: int = 1,
) -> Condition:
    """Read a condition. Raises `ConditionInvalid` saying where."""
    if not isinstance(data, dict) or not data:
        raise ConditionInvalid(f"{where}: expected an object such as {{'field': …, 'equals': …}}")
    if depth > MAX_DEPTH:
        raise ConditionInvalid(f"{where}: nested deeper than {MAX_DEPTH}")
    if len(data) == 1:
        return _parse_group(data, fields, where, depth)
    return _parse_comparison(data, fields, where)


def _parse_group(
    data: dict[str, Any], fields: Collection[str], where: str, depth: int
) -> Condition:
    ((key, inner),) = data.items()
    if key == "not":
        part = parse_condition(inner, fields=fields, where=f"{where}.not", depth=depth + 1)
        return Not(part)
    if key not in _LISTS or not isinstance(inner, list) or not inner:
        raise ConditionInvalid(f"{where}: “{key}” is not all, any or not with its conditions")
    parts = tuple(
        parse_condition(item, fields=fields, where=f"{where}.{key}[{index}]", depth=depth + 1)
        for index, item in enumerate(inner)
    )
    return _LISTS[key](parts)


def _parse_comparison(data: dict[str, Any], fields: Collection[str], where: str) -> Condition:
    source = next((key for key in ("field", "fact") if key in data), None)
    operators = [key for key in data if key in (*_OPERATORS, "is_set")]
    if source is None or len(operators) != 1 or set(data) != {source, *operators}:
        raise ConditionInvalid(
            f"{where}: needs field or fact, and one operator; has {sorted(data)}"
        )
    name, operator = data[source], operators[0]
    if not isinstance(name, str) or name not in (fields if source == "field" else FACTS):
        raise ConditionInvalid(f"{where}: no {source} “{name}”")
    operand = data[operator]
    if operator == "in" and not isinstance(operand, list):
        raise ConditionInvalid(f"{where}: “in” needs a list")
    if operator == "is_set" and not isinstance(operand, bool):
        raise ConditionInvalid(f"{where}: “is_set” needs true or false")
    return Compare(source, name, operator, operand)
