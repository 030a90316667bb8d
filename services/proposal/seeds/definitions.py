"""The layanan every new region starts with, read from the JSON files beside this module."""

import json
from pathlib import Path
from typing import Any

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import parse_layanan, parse_window
from services.proposal.domain.windows import Window

CATALOGUE = Path(__file__).parent / "catalogue"
WINDOWS = Path(__file__).parent / "windows"


def catalogue_documents() -> list[dict[str, Any]]:
    """Return the definitions as data, as they are stored per region."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(CATALOGUE.glob("*.json"))]


def load_catalogue() -> list[LayananDefinition]:
    """Return the parsed definitions. Raises `DefinitionInvalid`."""
    return [parse_layanan(document) for document in catalogue_documents()]


def load_window(name: str) -> Window:
    """Return a pattern of windows a region may take for its promotions.

    `six_periods` is that of 2024 (Peraturan BKN 4/2023); rows not confirmed say so.
    """
    return parse_window(json.loads((WINDOWS / f"{name}.json").read_text("utf-8")))
