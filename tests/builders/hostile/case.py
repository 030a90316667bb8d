"""What every hostile file of the corpus says of itself."""

from collections.abc import Callable
from dataclasses import dataclass

COMPLEX = "document_too_complex"
DAMAGED = "document_damaged"
NOT_PDF = "document_not_pdf"
ENCRYPTED = "document_encrypted"


@dataclass(frozen=True)
class Hostile:
    """A file to refuse for one of the reasons `wanted`: a code, or a feature of active content.

    The `twin` is the same file without its hostile part, and must be taken; `framed` cases are
    wrong in their bytes, not in their objects, and cannot be rewritten.
    """

    name: str
    build: Callable[[], bytes]
    wanted: tuple[str, ...]
    twin: Callable[[], bytes] | None = None
    framed: bool = False
