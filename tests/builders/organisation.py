"""An invented region's offices: two OPDs, and BKPSDM with two divisions."""

from typing import Any
from uuid import UUID, uuid5

from staff.organisation import Organisation, UnitNode

_NAMES = UUID("00000000-0000-7000-8000-000000000000")


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
