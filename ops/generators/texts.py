"""`texts/` of each service: a place for every notice and label that has no words yet.

What is written is a question in braces that no event answers, so that the tests of texts find
every one that nobody has answered.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chassis.events.facts import contract
from chassis.kernel.languages import LANGUAGES
from chassis.process.manifest import Manifest, Notice
from chassis.process.texts import FOLDER, placeholders
from ops.generators.contracts import events_of, homes

ASKED = "{to_be_written}"
_LABEL = "_label"


def texts(manifests: Mapping[str, Manifest], root: Path) -> dict[str, str]:
    """Return the text of each file of texts that lacks something, by its path below `root`."""
    made: dict[str, str] = {}
    for manifest, home in homes(manifests, root):
        for language in LANGUAGES:
            path = home / FOLDER / f"{language}.toml"
            text = path.read_text("utf-8") if path.exists() else ""
            if (whole := _completed(manifest, text)) != text:
                made[path.relative_to(root).as_posix()] = whole
    return made


def _completed(manifest: Manifest, text: str) -> str:
    told = tomllib.loads(text)
    for head, lines in (*_notices(manifest, told), *_labels(manifest, told)):
        asked = "\n".join([head, *lines]) + "\n"
        if f"{head}\n" in text:
            text = text.replace(f"{head}\n", asked, 1)
        else:
            text = f"{text.rstrip()}\n\n{asked}".lstrip()
    return text


def _notices(manifest: Manifest, told: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    asked = {notice.text or notice.name: notice for notice in manifest.notices}
    for name, notice in asked.items():
        if name not in told.get("notices", {}):
            facts = " ".join(f"{{{fact}}}" for fact in _facts(manifest, notice))
            lines = [f"{part} = {json.dumps(ASKED)}" for part in ("subject", "body")]
            yield f"[notices.{name}]", [f"# {notice.event} says {facts}", *lines]


def _labels(manifest: Manifest, told: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Ask for a label of each code that an event may say and a notice tells in words."""
    for kind, codes in _codes_named(manifest, told).items():
        there = told.get("labels", {}).get(kind, {})
        if missing := [code for code in codes if code not in there]:
            yield f"[labels.{kind}]", [f"{code} = {json.dumps(ASKED)}" for code in missing]


def _codes_named(manifest: Manifest, told: Mapping[str, Any]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for notice in manifest.notices:
        words = json.dumps(told.get("notices", {}).get(notice.text or notice.name, {}))
        facts = _facts(manifest, notice)
        for name in placeholders(words):
            kind = name.removesuffix(_LABEL)
            if name != kind and kind in facts:
                named[kind] = [code for code in facts[kind].get("enum", []) if code]
    return named


def _facts(manifest: Manifest, notice: Notice) -> Mapping[str, Any]:
    declared = events_of(manifest).get(notice.event)
    return contract(declared)["properties"] if declared else {}
