"""Settings: declared once, read once at start, every problem listed together.

What a part declares is all that the commands, the deployment's files and the documents know of it.

A setting comes from the environment (or the mapping given to `create_app`); `NAME_FILE` names
a file that holds the value, for container secrets. Nothing else reads the environment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from urllib.parse import urlsplit

_SHORTEST_SECRET = 32


class SettingsInvalid(Exception):
    """Some settings are missing or wrong; `problems` has one sentence for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Setting:
    """One setting, and where each way to run takes its value from.

    In the name `{service}` is filled in; `{client}` makes it one setting for each other client.
    `default` None: it must be given. `parse` may be a dotted string, loaded when it is needed.
    `embedded`: what `./simpul up` gives; it may hold `{data}` (the folder), `{service}` and
    `{instance}` (this process). `distributed`: what is the same in every distributed system, so
    that nobody is asked for it. `generated`: a random secret, made once by whoever can keep it.
    `asked`: a deployment must give it in spite of its default.
    """

    name: str
    default: str | None = None
    parse: Callable[[str], Any] | str = str
    secret: bool = False
    help: str = ""
    embedded: str | None = None
    distributed: str | None = None
    generated: bool = False
    asked: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "secret", self.secret or self.generated)

    def key(self, service: str) -> str:
        return self.name.format(service=key(service))

    @property
    def short_name(self) -> str:
        """Its name in the part's own `Settings`."""
        return self.name.removesuffix("_{service}")

    def source(self, service: str) -> tuple[str | bool | None, ...]:
        """Return where the ways to run take its value from, to compare with another part's."""
        embedded = self.embedded and self.embedded.replace("{service}", service)
        return embedded, self.distributed, self.generated

    def of_each(self, clients: Iterable[str]) -> "Iterator[Setting]":
        """Yield this setting, or one for each client where its name says `{client}`."""
        if "{client}" not in self.name:
            yield self
            return
        for client in clients:
            name = self.name.replace("{client}", key(client))
            yield replace(self, name=name, help=self.help.replace("{client}", client))


def key(service: str) -> str:
    """Return a service's part in the names of its settings."""
    return service.upper().replace("-", "_")


class Settings:
    """The checked settings of one service, by name without the service's suffix."""

    def __init__(self, service: str, values: Mapping[str, Any]) -> None:
        self.service = service
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    @property
    def database_url(self) -> str:
        return str(self["DATABASE_URL"])

    @property
    def bus_url(self) -> str:
        return str(self["BUS_URL"])

    @property
    def peers_url(self) -> str:
        return str(self["PEERS_URL"])

    @property
    def jwks_url(self) -> str:
        return str(self["JWKS_URL"])

    @property
    def public_url(self) -> str:
        return str(self["PUBLIC_URL"])

    @property
    def client_secret(self) -> str:
        return str(self["CLIENT_SECRET"])

    @property
    def retry_schedule(self) -> tuple[float, ...]:
        return tuple(self["RETRY_SCHEDULE"])

    @property
    def reconcile_every(self) -> float:
        return float(self["RECONCILE_EVERY"])


def url(*schemes: str) -> Callable[[str], str]:
    """Make a parser that accepts a URL with one of the schemes."""

    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(f"must begin with one of {', '.join(s + ':' for s in schemes)}")
        _ = urlsplit(text).port  # raises `ValueError` where it is none
        return text.rstrip("/") if text.startswith("http") else text

    return parse


def seconds(text: str) -> tuple[float, ...]:
    """Read `0, 5, 30s, 5m, 2h` as seconds."""
    units = {"s": 1, "m": 60, "h": 3600}
    return tuple(_amount(part.strip(), units) for part in text.split(","))


def _amount(part: str, units: Mapping[str, int]) -> float:
    unit = units.get(part[-1:], 0)
    value = float(part[:-1]) * unit if unit else float(part)
    if value < 0:
        raise ValueError("must not be negative")
    return value


def positive(text: str) -> float:
    """Read a number above zero."""
    value = float(text)
    if value <= 0:
        raise ValueError("must be above zero")
    return value


def address(text: str) -> tuple[str, int] | None:
    """Read `host:port`; empty is none."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("must be host:port")
    return host, int(port)


def at_least(least: int) -> Callable[[str], int]:
    """Make a parser of whole numbers from `least` on."""

    def parse(text: str) -> int:
        if int(text) < least:
            raise ValueError(f"must be at least {least}")
        return int(text)

    return parse


def long_secret(text: str) -> str:
    """Take a secret that nobody guesses."""
    if len(text) < _SHORTEST_SECRET:
        raise ValueError(f"must have at least {_SHORTEST_SECRET} characters")
    return text


def switch(text: str) -> bool:
    """Read true/false, yes/no, on/off, 1/0."""
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


EVENTS_HEARD_DAYS = Setting(
    "EVENTS_HEARD_DAYS",
    default="30",
    parse=at_least(1),
    help="For how many days a handled event keeps what it said; that it was handled stays known.",
)
EVENTS_PARKED_DAYS = Setting(
    "EVENTS_PARKED_DAYS",
    default="365",
    parse=at_least(1),
    help="For how many days an event in the dead list can be tried again.",
)
EVENTS_SAID_DAYS = Setting(
    "EVENTS_SAID_DAYS",
    default="400",
    parse=at_least(30),
    help="For how many days the event log keeps what was said; the newest state of each subject"
    " stays. Who reads the log less often loses events.",
)
IDEMPOTENCY_DAYS = Setting(
    "IDEMPOTENCY_DAYS",
    default="7",
    parse=at_least(1),
    help="For how many days a repeated request gets the first one's answer.",
)

COMMON: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL_{service}",
        parse=url("sqlite", "postgresql+psycopg"),
        secret=True,
        help="The service's own database.",
        embedded="sqlite:///{data}/{service}.db",
    ),
    Setting(
        "BUS_URL",
        parse=url("memory", "amqp", "amqps"),
        secret=True,
        help="memory:<name> in one process, amqp://user:password@host/vhost on RabbitMQ.",
        embedded="memory:{instance}",
    ),
    Setting(
        "PEERS_URL",
        parse=url("local", "http", "https"),
        help="Where the other services answer: local: in this process, or the edge's address.",
        embedded="local:{instance}",
    ),
    Setting(
        "JWKS_URL",
        default="peer:identity/.well-known/jwks.json",
        parse=url("peer", "http", "https"),
        help="Public keys of the token issuer.",
    ),
    Setting("PUBLIC_URL", parse=url("http", "https"), help="Public address; the token issuer."),
    Setting(
        "CLIENT_SECRET_{service}",
        generated=True,
        help="The secret with which the service signs in to call others.",
    ),
    Setting(
        "RETRY_SCHEDULE",
        default="0,5,30,5m,30m,2h",
        parse=seconds,
        help="Waits before each further try of a received event; then it is parked.",
    ),
    Setting(
        "RECONCILE_EVERY",
        default="180",
        parse=float,
        help="Seconds between two comparisons with the other services' event feeds; 0 = never.",
    ),
    Setting(
        "WORKER_ADDRESS",
        default="",
        parse=address,
        help="host:port where a worker answers /livez, /readyz and /metrics; empty: nowhere.",
        distributed="0.0.0.0:8000",
    ),
    EVENTS_HEARD_DAYS,
    EVENTS_PARKED_DAYS,
    EVENTS_SAID_DAYS,
    IDEMPOTENCY_DAYS,
)

# Of each service that reads receipts, which every service that makes files does.
RECEIPT_KEYS = Setting(
    "DOCUMENTS_JWKS_URL",
    default="peer:documents/api/documents/v1/jwks",
    parse=url("peer", "http", "https"),
    help="Public keys with which documents signs its receipts.",
)


def read(part: str, declared: Iterable[Setting], environ: Mapping[str, str]) -> Settings:
    """Read and check what a service, the gateway or the portal has declared.

    Raises `SettingsInvalid` with one sentence per missing or wrong setting.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for setting in declared:
        name = setting.key(part)
        try:
            values[setting.short_name] = _value(setting, name, environ)
        except (ValueError, OSError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise SettingsInvalid(problems)
    return Settings(part, values)


def _value(setting: Setting, name: str, environ: Mapping[str, str]) -> Any:
    raw = environ.get(name)
    if raw is None and (path := environ.get(f"{name}_FILE")):
        raw = Path(path).read_text(encoding="utf-8").strip()
    if raw is None:
        raw = setting.default
    if raw is None:
        raise ValueError(f"must be set. {setting.help}".strip())
    parse = resolve_name(setting.parse) if isinstance(setting.parse, str) else setting.parse
    return parse(raw)
