"""Whether a contract may become another one: within a major version only members are added."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_WORDS = ("$schema", "$id", "title", "description", "examples")


def broken_promises(published: Schema, declared: Schema) -> list[str]:
    """Name the members of which a hearer of the published contract would no longer be right.

    Nor may more be required: what was sent before must fit the contract when it is sent again.
    """
    promised, now = meaning(published), meaning(declared)
    changed = [
        name for name, rule in promised["properties"].items() if now["properties"].get(name) != rule
    ]
    required = set(promised["required"]) ^ set(now["required"])
    return sorted({*changed, *required})


def meaning(part: Any) -> Any:
    """Return a schema without words and without the ways to write one thing differently."""
    if isinstance(part, list):
        return [meaning(item) for item in part]
    if not isinstance(part, Mapping):
        return part
    rule = {key: meaning(value) for key, value in part.items() if key not in _WORDS}
    if "properties" in part:
        rule["properties"] = {name: meaning(inner) for name, inner in part["properties"].items()}
    rule = _joined(rule)
    if "const" in rule:
        rule["enum"] = [rule.pop("const")]
    if "enum" in rule:
        rule = {"enum": sorted(rule["enum"], key=str)}
    for key in ("required", "type"):
        if isinstance(rule.get(key), list):
            rule[key] = sorted(rule[key])
    return rule


def _joined(rule: dict[str, Any]) -> dict[str, Any]:
    """Write "this or null" as one rule."""
    choices = rule.get("anyOf", [])
    others = [choice for choice in choices if choice != {"type": "null"}]
    if len(choices) != 2 or len(others) != 1 or "type" not in others[0]:
        return rule
    rest = {key: value for key, value in rule.items() if key != "anyOf"}
    return {**rest, **others[0], "type": [others[0]["type"], "null"]}
