from dataclasses import dataclass, field
from pathlib import Path

from chassis.process.manifest import Manifest
from chassis.process.texts import Texts


@dataclass(frozen=True)
class Imagined(Manifest):
    """The manifest of a service without code: it says itself what it publishes and what it tells."""

    app: str = "nowhere:create_app"
    publishes: tuple[str, ...] = ()
    texts: Texts = field(default_factory=Texts)
    folders: tuple[Path, ...] = ()
