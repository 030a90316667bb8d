"""Layanan definitions and organisations for tests, as small as the question needs."""

from typing import Any
from uuid import UUID, uuid5

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.organisation import Organisation, UnitNode
from services.proposal.domain.parsing import FORMAT, parse_layanan
from services.proposal.seeds.definitions import load_catalogue

WORKFLOW = (
    "umpeg_verification",
    "opd_head_approval",
    "bkpsdm_validation",
    "secretary_verification",
    "bkpsdm_head_approval",
    "processing",
)
_NAMES = UUID("00000000-0000-7000-8000-000000000000")


def definition_data(**changes: Any) -> dict[str, Any]:
    """A valid definition as catalogue data; `changes` replace its keys."""
    text = {"id": "Contoh", "en": "Sample"}
    return {
        "format": FORMAT,
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


def an_id(name: str) -> UUID:
    """The same id for the same name: `an_id("umpeg")` reads better than a random number."""
    return uuid5(_NAMES, name)


def units() -> tuple[UnitNode, ...]:
    """A region with two OPDs and BKPSDM, which has two divisions."""
    return (
        UnitNode(an_id("region"), "region", "region"),
        UnitNode(an_id("disdik"), "disdik", "opd", an_id("region"), an_id("disdik")),
        UnitNode(an_id("dinkes"), "dinkes", "opd", an_id("region"), an_id("dinkes")),
        UnitNode(an_id("bkpsdm"), "bkpsdm", "opd", an_id("region"), an_id("bkpsdm"), bkpsdm=True),
        _division("kinerja"),
        _division("mutasi"),
    )


def _division(name: str) -> UnitNode:
    bkpsdm = an_id("bkpsdm")
    return UnitNode(an_id(name), f"bidang-{name}", "division", bkpsdm, bkpsdm, bkpsdm=True)


def an_organisation(**parts: Any) -> Organisation:
    return Organisation(**{"units": units(), **parts})
