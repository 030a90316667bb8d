"""docs/events.md, from the contracts of all services."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chassis.process.manifest import SHARED_CONTRACTS, Manifest, discover, hearers_of
from ops.generators.glossary import glossary

SERVICES = Path(__file__).parents[2] / "services"

INTRO = """# Events

Made by `./simpul generate` from `services/*/contracts/`; change the contracts there.

Every event is a [CloudEvents 1.0](https://cloudevents.io) envelope in structured JSON; the tables
below describe its `data`. All carry `id`, `source`, `type`, `subject`, `time`, `region`,
`aggregateversion` (the subject's own version) and, once sequenced, `position` (the place in the
log of the service). Within a major version only optional keys are added. How they travel and
what is promised is in [delivery guarantees](delivery-guarantees.md).
"""


def page() -> str:
    """Render the whole page; the same contracts always give the same bytes."""
    manifests = {
        name: manifest for name, manifest in discover().items() if (SERVICES / name).is_dir()
    }
    parts = [INTRO, _overview(manifests)]
    for name, manifest in manifests.items():
        if manifest.publishes:
            parts.append(f"## Published by {name}\n")
            folder = SERVICES / name / "contracts"
            parts.extend(_event(folder, event, manifests) for event in sorted(manifest.publishes))
    parts.append("## Published by every service\n")
    parts.extend(_event(SHARED_CONTRACTS, event, manifests) for event in _shared(manifests))
    parts.extend(_awaited(manifests))
    return "\n".join(parts).rstrip() + "\n"


def _overview(manifests: Mapping[str, Manifest]) -> str:
    rows = [
        f"| [`{event}`](#{_anchor(event)}) | {name} | {_hearers(event, manifests)} |"
        for name, manifest in manifests.items()
        for event in sorted(manifest.publishes)
    ]
    rows += [
        f"| [`{event}`](#{_anchor(event)}) | every service | {_hearers(event, manifests)} |"
        for event in _shared(manifests)
    ]
    head = ["| event | published by | heard by |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _anchor(event: str) -> str:
    return event.replace(".", "")


def _hearers(event: str, manifests: Mapping[str, Manifest]) -> str:
    reasons = (manifest.unheard.get(event) for manifest in manifests.values())
    default = next((f"nobody. {reason}".rstrip(".") for reason in reasons if reason), "nobody yet")
    return ", ".join(hearers_of(event, manifests)) or default


def _shared(manifests: Mapping[str, Manifest]) -> list[str]:
    told = {event for manifest in manifests.values() for event in manifest.may_publish}
    return sorted(told - {event for manifest in manifests.values() for event in manifest.publishes})


def _event(folder: Path, event: str, manifests: Mapping[str, Manifest]) -> str:
    schema = json.loads((folder / f"{event}.schema.json").read_text(encoding="utf-8"))
    sample = json.loads((folder / f"{event}.sample.json").read_text(encoding="utf-8"))
    lines = [f"### {event}", "", str(schema.get("description") or _meaning_of(event)), ""]
    lines += [f"Heard by: {_hearers(event, manifests)}.", "", *_fields(schema), ""]
    lines += ["```json", json.dumps(sample, indent=2, ensure_ascii=False), "```", ""]
    return "\n".join(lines)


def _meaning_of(event: str) -> str:
    """Return the glossary's meaning, for a contract without a description."""
    meanings = {entry["identifier"]: str(entry["meaning"]) for entry in glossary()["event"]}
    return meanings.get(event.rpartition(".v")[0], "")


def _awaited(manifests: Mapping[str, Manifest]) -> list[str]:
    """List events that a service hears although no service here publishes them."""
    parts: list[str] = []
    for name in manifests:
        for path in sorted((SERVICES / name / "contracts").glob("heard/*.schema.json")):
            schema = json.loads(path.read_text(encoding="utf-8"))
            parts += [f"### {path.name.removesuffix('.schema.json')}", ""]
            parts += [str(schema.get("description", "")), "", f"Heard by: {name}.", ""]
            parts += [*_fields(schema), ""]
    if parts:
        parts.insert(0, "## Awaited from services that arrive later\n")
    return parts


def _fields(schema: Mapping[str, Any]) -> list[str]:
    rows = ["| key of `data` | type | always there | meaning |", "|---|---|---|---|"]
    required = set(schema.get("required", ()))
    for key, rule in schema.get("properties", {}).items():
        always = "yes" if key in required else "no"
        rows.append(f"| `{key}` | {_kind(rule)} | {always} | {_meaning(rule)} |")
    return rows


def _kind(rule: Mapping[str, Any]) -> str:
    if "const" in rule:
        return f"`{rule['const']}`"
    if "enum" in rule:
        return " or ".join("null" if word is None else f"`{word}`" for word in rule["enum"])
    if "anyOf" in rule or "oneOf" in rule:
        return " or ".join(_kind(option) for option in rule.get("anyOf", rule.get("oneOf")))
    kinds = rule.get("type", "any")
    text = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if "format" in rule:
        text = text.replace("string", str(rule["format"]))
    return f"list of {_kind(rule['items'])}" if text == "array" and "items" in rule else text


def _meaning(rule: Mapping[str, Any]) -> str:
    return str(rule.get("description", "")).replace("|", "\\|")
