"""The parts that run as processes: the services, and the fronts before them."""

from collections.abc import Mapping, Sequence

from chassis.process.config import Setting
from chassis.process.manifest import Manifest, load, settings_of_all
from chassis.process.manifest import settings_of as settings_of_service

FRONTS = ("gateway", "portal")


def factories(manifests: Mapping[str, Manifest]) -> dict[str, str]:
    """Return the dotted name of what builds each part's app."""
    services = {name: manifest.app for name, manifest in manifests.items()}
    return {**{front: f"{front}.app:create_app" for front in FRONTS}, **services}


def settings_of(part: str, manifests: Mapping[str, Manifest]) -> list[Setting]:
    """List the settings a part declares."""
    if part in FRONTS:
        return [*load(f"{part}.settings:SETTINGS")]
    return settings_of_service(part, manifests)


def declared(manifests: Mapping[str, Manifest]) -> dict[str, Sequence[Setting]]:
    """List the settings of every part; raise `ManifestInvalid` where two contradict each other."""
    return settings_of_all(manifests, {front: settings_of(front, {}) for front in FRONTS})
