"""Settings: declared once, read once at start, every problem listed together.

A setting comes from the environment (or the mapping given to `create_app`); `NAME_FILE` names
a file that holds the value, for container secrets. Nothing else reads the environment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingsInvalid(Exception):
    """Some settings are missing or wrong; `problems` has one sentence for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Setting:
    """One setting. `default` None means it must be given; `{service}` in the name is filled in."""

    name: str
    default: str | None = None
    parse: Callable[[str], Any] = str
    secret: bool = False
    help: str = ""

    def key(self, service: str) -> str:
        return self.name.format(service=service.upper().replace("-", "_"))


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


def switch(text: str) -> bool:
    """Read true/false, yes/no, on/off, 1/0."""
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


COMMON: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL_{service}",
        parse=url("sqlite", "postgresql+psycopg"),
        secret=True,
        help="The service's own database.",
    ),
    Setting(
        "BUS_URL",
        parse=url("memory", "amqp", "amqps"),
        secret=True,
        help="memory:<name> in one process, amqp://user:password@host/vhost on RabbitMQ.",
    ),
    Setting(
        "PEERS_URL",
        parse=url("local", "http", "https"),
        help="Where the other services answer: local: in this process, or the edge's address.",
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
        secret=True,
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
)


def read(
    service: str,
    extra: Iterable[Setting],
    environ: Mapping[str, str],
    common: Iterable[Setting] = COMMON,
) -> Settings:
    """Read and check all settings of a service.

    Gateway and portal have neither database nor bus and give their own `common`. Raises
    `SettingsInvalid` with one sentence per missing or wrong setting.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for setting in (*common, *extra):
        key = setting.key(service)
        try:
            values[setting.name.removesuffix("_{service}")] = _value(setting, key, environ)
        except (ValueError, OSError) as error:
            problems.append(f"{key}: {error}")
    if problems:
        raise SettingsInvalid(problems)
    return Settings(service, values)


def _value(setting: Setting, key: str, environ: Mapping[str, str]) -> Any:
    raw = environ.get(key)
    if raw is None and (path := environ.get(f"{key}_FILE")):
        raw = Path(path).read_text(encoding="utf-8").strip()
    if raw is None:
        raw = setting.default
    if raw is None:
        raise ValueError(f"must be set. {setting.help}".strip())
    return setting.parse(raw)
