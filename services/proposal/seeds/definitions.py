"""The layanan every new region starts with, read from the JSON files beside this module.

What several have in common stands once, in `shared.json`: `{"$use": "../shared.json#/fee/none"}`
is that part, and members beside `$use` are added to it or replace its own. What is read here, a
region stores and others exchange is always the whole definition.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from pathlib import Path
from typing import Any

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import parse_layanan, parse_window
from services.proposal.domain.windows import Window

CATALOGUE = Path(__file__).parent / "catalogue"
WINDOWS = Path(__file__).parent / "windows"
USE = "$use"


def catalogue_documents() -> list[dict[str, Any]]:
    """Return the definitions as data, as they are stored per region."""
    return [_whole(_read(path)) for path in sorted(CATALOGUE.glob("*.json"))]


@cache
def load_catalogue() -> Sequence[LayananDefinition]:
    """Return the parsed definitions. Raises `DefinitionInvalid`."""
    return tuple(parse_layanan(document) for document in catalogue_documents())


def window_patterns() -> list[str]:
    """Name the patterns of windows that a region may take for a layanan."""
    return sorted(path.stem for path in WINDOWS.glob("*.json"))


def window_document(name: str) -> dict[str, Any]:
    """Return a pattern as data. Raises `FileNotFoundError` for a name that is none."""
    return {**_read(WINDOWS / f"{name}.json"), "pattern": name}


def load_window(name: str) -> Window:
    """Return a pattern of windows a region may take for its promotions.

    `six_periods` is that of 2024 (Peraturan BKN 4/2023); rows not confirmed say so.
    """
    return parse_window(window_document(name))


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    own = {key: _whole(item) for key, item in value.items() if key != USE}
    if USE not in value:
        return own
    used = _whole(_part(value[USE]))
    return {**used, **own} if own else used


def _part(reference: str) -> Any:
    file, _, way = reference.partition("#/")
    return reduce(lambda part, step: part[step], way.split("/"), _read(CATALOGUE / file))


@cache
def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
