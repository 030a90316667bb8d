"""From catalogue data (JSON) to a `LayananDefinition`, or every reason why not."""

from collections.abc import Mapping
from typing import Any

from chassis.kernel.errors import Invalid
from services.proposal.domain.contradictions import contradictions, window_contradictions
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reading import read_layanan, read_window
from services.proposal.domain.settling import settled
from services.proposal.domain.shape import shape_errors
from services.proposal.domain.windows import Window


class DefinitionInvalid(Invalid):
    """A layanan definition cannot be used; `errors` names every reason with its place."""

    code = "definition_invalid"
    text = {
        "id": "Definisi layanan belum benar. Periksa bagian yang ditandai.",
        "en": "The definition of the layanan is not right. See the errors.",
    }

    def __str__(self) -> str:
        reasons = "; ".join(f"{error.pointer}: {error.en}" for error in self.errors)
        return f"{self.code}: {reasons}"


def parse_layanan(data: Any) -> LayananDefinition:
    """Check a definition and read it. Raises `DefinitionInvalid` with every problem."""
    errors = shape_errors(data) or contradictions(data)
    if errors:
        raise DefinitionInvalid(errors=errors)
    return read_layanan(data)


def checked_layanan(data: Mapping[str, Any]) -> tuple[LayananDefinition, dict[str, Any]]:
    """Return a definition and the data to keep of it. Raises `DefinitionInvalid`."""
    parse_layanan(data)
    try:
        kept = settled(data)
    except Invalid as refused:
        raise DefinitionInvalid(errors=refused.errors) from refused
    return parse_layanan(kept), kept  # cleaning may have left a text empty


def parse_window(data: Any) -> Window:
    """Check a window by itself and read it. Raises `DefinitionInvalid`."""
    errors = shape_errors(data, part="window") or list(window_contradictions(data))
    if errors:
        raise DefinitionInvalid(errors=errors)
    return read_window(data)
