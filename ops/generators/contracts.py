"""`contracts/` of each service: written where an event is declared and has no contract yet.

A published contract is a promise. What the code declares may add members to it; anything else is
refused here, so that nobody changes one without meaning to.
"""

import importlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chassis.events import security
from chassis.events.additive import broken_promises
from chassis.events.facts import Facts, contract, declared, sample
from chassis.process.manifest import CONTRACT, SHARED_CONTRACTS, Manifest
from ops.speech import Stop

SAMPLE = ".sample.json"


def contracts(manifests: Mapping[str, Manifest], root: Path) -> dict[str, str]:
    """Return the text of each contract and sample, by its path below `root`.

    Raises `Stop` for a declaration that breaks a published contract.
    """
    made: dict[str, str] = {}
    for manifest, home in homes(manifests, root):
        for event_type, facts in events_of(manifest).items():
            below = (home / "contracts" / event_type).relative_to(root).as_posix()
            schema, example = _pair(manifest.name, facts, home / "contracts")
            made |= {f"{below}{CONTRACT}": schema, f"{below}{SAMPLE}": example}
    return made | _shared(root)


def _shared(root: Path) -> dict[str, str]:
    """What every service publishes; its sample is one of identity."""
    made: dict[str, str] = {}
    if SHARED_CONTRACTS.is_relative_to(root):
        for event_type, facts in declared(security).items():
            below = (SHARED_CONTRACTS / event_type).relative_to(root).as_posix()
            schema, example = _pair("identity", facts, SHARED_CONTRACTS)
            made |= {f"{below}{CONTRACT}": schema, f"{below}{SAMPLE}": example}
    return made


def homes(manifests: Mapping[str, Manifest], root: Path) -> Iterator[tuple[Manifest, Path]]:
    """Yield the services that lie below `root`, each with its folder."""
    for manifest in manifests.values():
        if manifest.home is not None and manifest.home.is_relative_to(root):
            yield manifest, manifest.home


def events_of(manifest: Manifest) -> dict[str, type[Facts]]:
    """Return the events that a service declares, by type."""
    name = f"{manifest.package}.events"
    if manifest.home is None or importlib.util.find_spec(name) is None:
        return {}
    return declared(importlib.import_module(name))


def _pair(source: str, facts: type[Facts], folder: Path) -> tuple[str, str]:
    paths = [folder / f"{facts.event_type}{kind}" for kind in (CONTRACT, SAMPLE)]
    now, example = contract(facts), sample(facts, source)
    if not paths[0].exists():
        return _text(now), _kept(paths[1]) or _text(example)
    published, told = (json.loads(path.read_text("utf-8")) for path in paths)
    if names := broken_promises(published, now):
        raise _broken(facts.event_type, names)
    if added := now["properties"].keys() - published["properties"].keys():
        now = {
            **published,
            "required": now["required"],
            "properties": {**now["properties"], **published["properties"]},
        }
        told["data"] |= {name: example["data"][name] for name in example["data"] if name in added}
        return _text(now), _text(told)
    return _kept(paths[0]), _kept(paths[1])


def _broken(event_type: str, names: list[str]) -> Stop:
    listed = ", ".join(names)
    following = event_type.rpartition(".v")
    number = int(following[2]) + 1
    return Stop(
        f"{event_type}: {listed} tidak lagi seperti yang sudah diterbitkan di contracts/; "
        f"kembalikan, atau terbitkan {following[0]}.v{number} di sampingnya",
        f"{event_type}: {listed} is no longer what contracts/ has published; "
        f"put it back, or publish {following[0]}.v{number} beside it",
        code=1,
    )


def _kept(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
