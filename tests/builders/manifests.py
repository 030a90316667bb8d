from dataclasses import dataclass

from chassis.process.manifest import Manifest


@dataclass(frozen=True)
class Imagined(Manifest):
    """The manifest of a service without code: it says itself what it publishes."""

    app: str = "nowhere:create_app"
    publishes: tuple[str, ...] = ()
