"""What the rest of the system may know of a service, and how services are found.

A manifest is pure data, read without the service's libraries. Services in the repository are
found as `services/*/manifest.py`, outside packages by the entry point group `simpul.services`;
adding one edits no file.
"""

import importlib
import importlib.util
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from chassis.kernel.roles import Role
from chassis.process.config import COMMON, Setting
from chassis.process.installed import brought_to
from chassis.process.texts import Template, Text, Texts, of_service

KIBIBYTE = 1024
MEBIBYTE = 1_048_576
CONTRACT = ".schema.json"
# Of what every service says without doing anything for it.
SHARED_CONTRACTS = Path(__file__).parents[1] / "contracts"
# Signs in with a secret of its own, like a service.
OPERATOR = "ops"
# Every service hears it without saying so: no token outlives the session it came from.
SESSION_ENDED = "session.ended.v1"
_ROLE_CODE = re.compile(r"[a-z][a-z_]{1,23}")


@dataclass(frozen=True)
class Route:
    """A public path prefix and its limits: the largest body in bytes, and how often a caller asks.

    `rate` is requests per second, `burst` how many more may come at once. The service counts by
    whom a token proves; the edge, by address, lets a whole office ask as often as several callers.
    `pieces` says that bodies are pieces of files: the edge holds each in its memory until it is
    whole, never on its disk, and many of an address at once. `at_once` is how many of its requests
    one process answers at once, where each takes long; the others wait and hold no thread.
    """

    prefix: str
    max_body: int = MEBIBYTE
    rate: float = 50.0
    burst: int = 100
    pieces: bool = False
    at_once: int = 0


@dataclass(frozen=True)
class Notice:
    """Who is told what when an event happens.

    `to` names a key of the event's data holding one person id or a list of them. What is told
    stands in the service's texts under the notice's name, or under `text` where several notices
    say the same. `may_lack` names facts of its text that an event may come without; a line that
    speaks of one is left out then. `compulsory`: sent whatever the person switched off, as it is
    about the own account. `sealed`: the text says `{secret}`, which no event carries; notification
    asks the service for it by the event's subject at each try, and keeps it nowhere.
    """

    event: str
    name: str
    to: str
    channels: tuple[str, ...] = ("in_app", "email", "whatsapp")
    text: str = ""
    may_lack: tuple[str, ...] = ()
    compulsory: bool = False
    sealed: bool = False


@dataclass(frozen=True)
class Manifest:
    """Everything others may know of one service. Dotted strings are loaded lazily.

    The service does not start where `hears` differs from its subscriptions. With `tells_notices`
    it also hears every event that a notice rule of any manifest is about; the chassis hears the
    ends of sessions for every service. `unheard` names events
    of its own that no service here listens to, each with the reason: nobody is warned of them.
    `plugged` names a function that lists the settings of what others plug into the service.
    Where nothing is said, the app is `services.<name>.app:create_app`, its one route
    `/api/<name>/` and its scope `<name>`.
    """

    name: str
    title: Text
    app: str = ""
    hears: tuple[str, ...] = ()
    tells_notices: bool = False
    unheard: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    settings: tuple[Setting, ...] = ()
    plugged: str | None = None
    roles: tuple[Role, ...] = ()
    notices: tuple[Notice, ...] = ()
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    seed: str | None = None
    demo_seed: str | None = None
    init: str | None = None

    def __post_init__(self) -> None:
        usual = {
            "app": f"services.{self.name}.app:create_app",
            "routes": (Route(f"/api/{self.name}/"),),
            "scopes": (self.name,),
        }
        for what, value in usual.items():
            if not getattr(self, what):
                object.__setattr__(self, what, value)

    def route_of(self, path: str) -> Route:
        """Return the route whose limits hold at a path: the longest that covers it."""
        covering = [route for route in self.routes if path.startswith(route.prefix)]
        return max(covering, key=lambda route: len(route.prefix), default=Route(""))

    def declared(self) -> tuple[Setting, ...]:
        """List the service's settings, with those of what is plugged into it."""
        return (*self.settings, *(load(self.plugged)() if self.plugged else ()))

    @cached_property
    def publishes(self) -> tuple[str, ...]:
        """Every event type of which `contracts/` beside the app has a schema."""
        return _contracts_in(*(folder / "contracts" for folder in self.folders))

    @property
    def may_publish(self) -> tuple[str, ...]:
        """Its own events, and those that every service publishes."""
        return (*self.publishes, *_contracts_in(SHARED_CONTRACTS))

    def contract_file(self, event_type: str, ending: str = CONTRACT) -> Path | None:
        """Find a contract of what it publishes, or with another ending what lies beside it."""
        folders = (*(folder / "contracts" for folder in self.folders), SHARED_CONTRACTS)
        files = (folder / f"{event_type}{ending}" for folder in folders)
        return next((file for file in files if file.is_file()), None)

    @cached_property
    def texts(self) -> Texts:
        """What it says to people, from `texts/` beside the app. Raises `TextsInvalid`."""
        return of_service(self.name, self.home) if self.home else Texts()

    def template(self, notice: Notice) -> Template:
        """Return a notice's texts, whole. Raises `KeyError` where there are none."""
        return self.texts.template(notice.text or notice.name)

    @property
    def home(self) -> Path | None:
        """Where the service itself lies: what is plugged into it has a folder of the same name."""
        own = [folder for folder in self.folders if (folder / "manifest.py").exists()]
        return next(iter((*own, *self.folders)), None)

    @property
    def package(self) -> str:
        """Dotted name of the package that the app lies in."""
        return self.app.partition(":")[0].rpartition(".")[0]

    @cached_property
    def folders(self) -> Sequence[Path]:
        """Where the service's package lies; it is found without being loaded."""
        spec = importlib.util.find_spec(self.package)
        return [Path(place) for place in (spec and spec.submodule_search_locations) or ()]


@cache
def _contracts_in(*folders: Path) -> tuple[str, ...]:
    schemas = {path.name for folder in folders for path in folder.glob(f"*{CONTRACT}")}
    return tuple(sorted(name.removesuffix(CONTRACT) for name in schemas))


class ManifestInvalid(Exception):
    """A manifest is none, has a name twice, or says what its service does not do."""


def load(dotted: str) -> Any:
    """Import what `package.module:attribute` names."""
    module, _, attribute = dotted.partition(":")
    return getattr(importlib.import_module(module), attribute)


def discover() -> dict[str, Manifest]:
    """Return every installed service's manifest by name, in name order."""
    found: dict[str, Manifest] = {}
    for manifest in (*_in_repository(), *_installed()):
        if not isinstance(manifest, Manifest):
            raise ManifestInvalid(f"{manifest!r} is not a Manifest")
        if manifest.name in found and found[manifest.name] is not manifest:
            raise ManifestInvalid(f"two services are called {manifest.name!r}")
        found[manifest.name] = manifest
    return dict(sorted(found.items()))


def person_scopes(manifests: Mapping[str, Manifest]) -> list[str]:
    """List what an application may ask for in a person's name."""
    defined = {scope for manifest in manifests.values() for scope in manifest.scopes}
    return sorted({"openid", "profile", "offline_access", *defined})


def settings_of(name: str, manifests: Mapping[str, Manifest]) -> list[Setting]:
    """List the settings of a service: those of every service, then its own.

    Raises `ManifestInvalid` for a name that is there twice.
    """
    others = [client for client in (*manifests, OPERATOR) if client != name]
    declared = [*COMMON]
    for setting in manifests[name].declared():
        declared.extend(setting.of_each(others))
    for names in ([s.short_name for s in declared], [s.key(name) for s in declared]):
        if twice := {setting for setting in names if names.count(setting) > 1}:
            raise ManifestInvalid(f"{name}: {', '.join(sorted(twice))} is declared twice")
    return declared


def settings_of_all(
    manifests: Mapping[str, Manifest], fronts: Mapping[str, Sequence[Setting]]
) -> dict[str, Sequence[Setting]]:
    """Return the settings of every part, those of the fronts last.

    Two parts may declare the same setting. Raises `ManifestInvalid` where they want it to come
    from two places: what one is given, the other is given too.
    """
    parts = {**{name: settings_of(name, manifests) for name in manifests}, **fronts}
    sources: dict[str, tuple[str | bool | None, ...]] = {}
    for part, settings in parts.items():
        for setting in settings:
            name, source = setting.key(part), setting.source(part)
            if sources.setdefault(name, source) != source:
                raise ManifestInvalid(f"{part}: another part's {name} differs")
    return parts


def roles_of(manifests: Mapping[str, Manifest]) -> dict[str, Role]:
    """Return every role that people can be given, by its code.

    Two services may bring the same role. Raises `ManifestInvalid` where they say different things
    of it, and for a code that is no short English word.
    """
    roles: dict[str, Role] = {}
    for manifest in manifests.values():
        for role in manifest.roles:
            if not _ROLE_CODE.fullmatch(role.code):
                raise ManifestInvalid(f"{manifest.name}: {role.code!r} is no code of a role")
            if roles.setdefault(role.code, role) != role:
                raise ManifestInvalid(f"{manifest.name}: another service's {role.code} differs")
    return roles


def owner_of(event_type: str, manifests: Mapping[str, Manifest]) -> list[str]:
    """Name the services that publish `event_type`."""
    return [name for name, owner in manifests.items() if event_type in owner.may_publish]


def heard_by(manifest: Manifest, manifests: Mapping[str, Manifest]) -> frozenset[str]:
    """Return every event type a service hears, those of notice rules included."""
    rules = (notice for other in manifests.values() for notice in other.notices)
    noticed = {notice.event for notice in rules} if manifest.tells_notices else set()
    return frozenset({*manifest.hears, *noticed, *always_heard(manifest, manifests)})


def always_heard(manifest: Manifest, manifests: Mapping[str, Manifest]) -> frozenset[str]:
    """Return what the chassis hears for a service: the ends of sessions, if somebody tells them."""
    tellers = {*owner_of(SESSION_ENDED, manifests)} - {manifest.name}
    return frozenset({SESSION_ENDED} if tellers else ())


def hearers_of(event_type: str, manifests: Mapping[str, Manifest]) -> list[str]:
    """Name the services that should receive events of a type."""
    return [name for name, hearer in manifests.items() if event_type in heard_by(hearer, manifests)]


def _in_repository() -> list[Manifest]:
    folders = importlib.import_module("services").__path__
    names = {entry.name for folder in folders for entry in os.scandir(folder) if _is_service(entry)}
    return [load(f"services.{name}.manifest:MANIFEST") for name in sorted(names)]


def _is_service(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir() and (Path(entry.path) / "manifest.py").is_file()


def _installed() -> list[Manifest]:
    return [_loaded(point.value) for point in brought_to("simpul.services")]


@cache
def _loaded(dotted: str) -> Manifest:
    manifest: Manifest = load(dotted)
    return manifest
