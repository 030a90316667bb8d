"""The parts that run as processes: the services, and the fronts before them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from chassis.process.config import Setting, SettingsInvalid
from chassis.process.manifest import (
    Manifest,
    ManifestInvalid,
    load,
    settings_of_all,
)
from chassis.process.manifest import settings_of as settings_of_service
from chassis.process.texts import TextsInvalid
from ops.speech import Stop

FRONTS = {"gateway": "gateway", "portal": "portal.shell"}  # and the package of each


def factories(manifests: Mapping[str, Manifest]) -> dict[str, str]:
    """Return the dotted name of what builds each part's app."""
    services = {name: manifest.app for name, manifest in manifests.items()}
    return {**{front: f"{package}.app:create_app" for front, package in FRONTS.items()}, **services}


def settings_of(part: str, manifests: Mapping[str, Manifest]) -> list[Setting]:
    """List the settings a part declares."""
    if part in FRONTS:
        return [*load(f"{FRONTS[part]}.settings:SETTINGS")]
    return settings_of_service(part, manifests)


def declared(manifests: Mapping[str, Manifest]) -> dict[str, Sequence[Setting]]:
    """List the settings of every part; raise `ManifestInvalid` where two contradict each other."""
    return settings_of_all(manifests, {front: settings_of(front, {}) for front in FRONTS})


@contextmanager
def building() -> Iterator[None]:
    """Raise `Stop` for settings or manifests with which a part cannot be built."""
    try:
        yield
    except SettingsInvalid as error:
        problems = "; ".join(error.problems)
        raise Stop(
            f"pengaturan belum benar: {problems}", f"settings are wrong: {problems}"
        ) from error
    except (ManifestInvalid, TextsInvalid) as error:
        raise Stop(
            f"layanan yang terpasang tidak saling cocok: {error}",
            f"the installed services do not fit together: {error}",
        ) from error


def known(name: str, names: Iterable[str]) -> str:
    """Return the name of a part; raise `Stop` with the list where it is not one of `names`."""
    if name not in names:
        there_are = ", ".join(sorted(names))
        raise Stop(
            f"tidak ada bagian {name!r}; yang ada: {there_are}",
            f"there is no part {name!r}; there are: {there_are}",
        )
    return name
