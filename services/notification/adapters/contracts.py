"""What other services promise in their events: the facts a text may speak of, and a sample."""

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chassis.kernel.languages import LANGUAGES
from chassis.process.manifest import CONTRACT, Manifest, owner_of
from services.notification.domain.named import named_by

_SAMPLE = ".sample.json"
_NO_WORDS = {"object", "array"}


def facts(
    event_type: str, manifests: Mapping[str, Manifest], *, may_lack: Collection[str] = ()
) -> Mapping[str, bool]:
    """Name the facts that such an event carries and a sentence can say, and whether each may be
    null: what it `may_lack` may. An event without a contract here has none.

    Names of people and units are among them, where it carries their ids.
    """
    schema = _read(event_type, CONTRACT, manifests)
    properties: Mapping[str, Any] = schema.get("properties", {})
    promised = {name: properties[name] for name in schema.get("required", ())}
    may_be_null = {name: "null" in _types(said) for name, said in promised.items()}
    lacking = {name for name in may_lack if name in properties and _has_words(properties[name])}
    return {
        **{name: null for name, null in may_be_null.items() if _has_words(promised[name])},
        **dict.fromkeys(lacking, True),
        **named_by(properties),
    }


def sample(event_type: str, manifests: Mapping[str, Manifest]) -> Mapping[str, Any]:
    """Return the data of the sample that the event's owner publishes."""
    data: Mapping[str, Any] = _read(event_type, _SAMPLE, manifests).get("data", {})
    return data


def _has_words(said: Mapping[str, Any]) -> bool:
    types = _types(said)
    if set(said.get("properties", ())) == set(LANGUAGES):
        return True
    return said.get("format") != "uuid" and not types & _NO_WORDS and types != {"boolean"}


def _types(said: Mapping[str, Any]) -> set[str]:
    told = said.get("type", ())
    return {told} if isinstance(told, str) else set(told)


def _read(event_type: str, ending: str, manifests: Mapping[str, Manifest]) -> Mapping[str, Any]:
    owners = (manifests[name] for name in owner_of(event_type, manifests))
    files = (owner.contract_file(event_type, ending) for owner in owners)
    return next((_loaded(file) for file in files if file), {})


@cache
def _loaded(file: Path) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
    return told
