"""Where each setting of each part comes from: fixed by compose.yaml, or asked for in .env."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chassis.process.config import COMMON, Setting
from chassis.process.manifest import Manifest
from chassis.run.embedded import key
from ops.generators.settings import settings_of

ROOT = Path(__file__).parents[2]
FRONTS = ("gateway", "portal")
ISSUER = "identity"
OPERATOR = "ops"
PORT, INTERNAL_PORT = 8000, 8001
BUCKET = "simpul-documents"

# The same for everybody, so nobody is asked.
FIXED = {
    "PEERS_URL": f"http://edge:{INTERNAL_PORT}",
    "PROBE_PATH": "/internal/{service}/readyz",
    "PROXIES_IN_FRONT": "1",
}
# Empty in .env means: the engine of compose.yaml.
ENGINES = {
    "STORE_URL": "s3://${STORE_ACCESS_KEY}:${STORE_SECRET_KEY}@objects:8333/"
    f"{BUCKET}?region=us-east-1&tls=no",
    "MAIL_URL": "smtp://mail:1025?tls=none",
}
# Has a default that does not go with the engines above.
_ASKED = {"MAIL_FROM"}


@dataclass(frozen=True)
class Value:
    """One setting of one part: its name in the process, its name in .env, what compose writes."""

    name: str
    asked: str
    written: str
    setting: Setting


@dataclass(frozen=True)
class Values:
    """The settings of all parts."""

    manifests: dict[str, Manifest]

    def of(self, part: str) -> list[Value]:
        """Return all settings of a part, in the order they are declared."""
        return [self._value(part, setting) for setting in self._declared(part)]

    def _declared(self, part: str) -> list[Setting]:
        if part in FRONTS:
            return settings_of(ROOT / part)
        own = settings_of(ROOT / "services" / part)
        if part == ISSUER:
            names = [name for name in (*self.manifests, OPERATOR) if name != ISSUER]
            own += [_client_secret(name) for name in names]
        return [*COMMON, *own]

    def _value(self, part: str, setting: Setting) -> Value:
        name = setting.key(part)
        asked = f"{name}_{key(part)}" if self._is_each_ones_own(setting) else name
        return Value(name, asked, self._written(part, asked, setting), setting)

    def _is_each_ones_own(self, setting: Setting) -> bool:
        """A secret that several parts declare under one name is another secret in each."""
        if not setting.secret or "{service}" in setting.name or setting.name.startswith("CLIENT"):
            return False
        if setting.name == "BUS_URL":
            return True
        parts = [ROOT / "services" / name for name in self.manifests]
        declared = [one.name for folder in parts for one in settings_of(folder)]
        return declared.count(setting.name) > 1

    def _written(self, part: str, asked: str, setting: Setting) -> str:
        if setting.name in FIXED:
            return FIXED[setting.name]
        engine = engine_url(part, setting.name)
        if engine:
            return f"${{{asked}:-{engine}}}"
        if setting.default is None or setting.name in _ASKED:
            return f"${{{asked}:?fill it in deploy/.env}}"
        return f"${{{asked}:-{setting.default}}}"


def engine_url(part: str, name: str) -> str:
    """Return where the engine of compose.yaml is, or an empty text."""
    urls = {
        "DATABASE_URL_{service}": database_url(part, part, f"DATABASE_PASSWORD_{key(part)}"),
        "BUS_URL": f"amqp://{part}:${{BROKER_PASSWORD_{key(part)}}}@rabbitmq/simpul",
        **ENGINES,
    }
    return urls.get(name, "")


def database_url(role: str, database: str, password: str) -> str:
    return f"postgresql+psycopg://{role}:${{{password}}}@postgres/{database}"


def owner_url(database: str, name: str) -> str:
    return f"${{{name}:-{database_url('simpul', database, 'OWNER_PASSWORD')}}}"


def _client_secret(name: str) -> Setting:
    return Setting(
        f"CLIENT_SECRET_{key(name)}",
        secret=True,
        help=f"The secret with which {name} signs in to call others.",
    )


def env_example(values: Values) -> str:
    """List what a deployment is asked, with what each means."""
    lines = [
        "# Made by `./simpul generate`. Copy to .env and fill in what is marked Must.",
        "# A secret: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        "# Each secret is another one; they go into addresses, so letters, digits, - and _ only.",
        "",
        *_asked("SIMPUL_VERSION", "The version of our images.", "local"),
        *_asked("PUBLIC_PORT", "The port of this machine that people reach.", "8080"),
        *_asked(
            "EDGE_CONF", "nginx-tls.conf with certificates/full.pem and key.pem.", "nginx.conf"
        ),
        "",
        "# --- engines",
        *_asked("OWNER_PASSWORD", "Must. Of PostgreSQL's owner; only migrations use it."),
        *_asked("OWNER_URL", "Empty: the PostgreSQL of compose.yaml."),
        *_asked("STORE_ACCESS_KEY", "Must. Of the object store; any word."),
        *_asked("STORE_SECRET_KEY", "Must. Of the object store."),
    ]
    told: set[str] = set()
    shared = [one for one in values.of(ISSUER) if _is_shared(one.setting)]
    lines += ["", "# --- every part", *_section(shared, told)]
    for name in values.manifests:
        passwords = [f"{kind}_PASSWORD_{key(name)}" for kind in ("DATABASE", "BROKER")]
        lines += ["", f"# --- {name}"]
        lines += [line for one in passwords for line in _asked(one, "Must. The service's own.")]
        lines += _asked(f"OWNER_URL_{key(name)}", "Empty: its database in compose.yaml.")
        lines += _section(values.of(name), told)
    for name in FRONTS:
        lines += ["", f"# --- {name}", *_section(values.of(name), told)]
    fixed = [f"#   {name}={value}" for name, value in FIXED.items()]
    return "\n".join([*lines, "", "# --- fixed in compose.yaml", *fixed]) + "\n"


def _is_shared(setting: Setting) -> bool:
    return setting in COMMON and "{service}" not in setting.name and setting.name != "BUS_URL"


def _section(values: Iterable[Value], told: set[str]) -> Iterator[str]:
    for value in values:
        if value.asked not in told and value.setting.name not in FIXED:
            told.add(value.asked)
            yield from _asked(value.asked, _meaning(value), _shown_default(value))


def _meaning(value: Value) -> str:
    if value.written.startswith(f"${{{value.asked}:?"):
        return f"Must. {value.setting.help}"
    if value.setting.name in ENGINES or value.setting.name in ("DATABASE_URL_{service}", "BUS_URL"):
        return f"{value.setting.help.rstrip('.')}. Empty: the one of compose.yaml."
    return value.setting.help


def _shown_default(value: Value) -> str:
    return "" if value.setting.secret else value.setting.default or ""


def _asked(name: str, meaning: str, default: str = "") -> Iterator[str]:
    yield f"# {meaning}"
    yield f"{name}={default}"
