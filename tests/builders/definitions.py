"""Layanan definitions for tests, as small as the question needs."""

from typing import Any

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.parsing import parse_layanan
from services.proposal.seeds.definitions import load_catalogue

WORKFLOW = (
    "umpeg_verification",
    "opd_head_approval",
    "bkpsdm_validation",
    "secretary_verification",
    "bkpsdm_head_approval",
    "processing",
)


def definition_data(**changes: Any) -> dict[str, Any]:
    """A valid definition as catalogue data; `changes` replace its keys."""
    text = {"id": "Contoh", "en": "Sample"}
    return {
        "format": "simpul.layanan/1",
        "code": "contoh",
        "version": 1,
        "name": text,
        "short_name": text,
        "description": text,
        "stages": [{"stage": stage} for stage in WORKFLOW],
        "result": {"document": "required"},
        **changes,
    }


def a_definition(**changes: Any) -> LayananDefinition:
    return parse_layanan(definition_data(**changes))


def seeded(code: str) -> LayananDefinition:
    return next(found for found in load_catalogue() if found.code == code)
