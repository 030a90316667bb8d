"""The layanan every new region starts with, read from the JSON files beside this module."""

import json
from pathlib import Path
from typing import Any

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import parse_layanan

CATALOGUE = Path(__file__).parent / "catalogue"


def catalogue_documents() -> list[dict[str, Any]]:
    """This function will return the definitions as data, as they are stored per region."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(CATALOGUE.glob("*.json"))]


def load_catalogue() -> list[LayananDefinition]:
    """This function will return the parsed definitions. Raises `DefinitionInvalid`."""
    return [parse_layanan(document) for document in catalogue_documents()]
