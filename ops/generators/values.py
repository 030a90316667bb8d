"""Where each setting of each part comes from: fixed by compose.yaml, or asked for in .env."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from chassis.process.config import COMMON, Setting, key
from chassis.process.manifest import Manifest
from ops.parts import FRONTS, declared

PORT, INTERNAL_PORT = 8000, 8001
BUCKET = "simpul-documents"

PEERS_URL = f"http://edge:{INTERNAL_PORT}"
# Empty in .env means: the engine of compose.yaml.
ENGINES = {
    "STORE_URL": "s3://${STORE_ACCESS_KEY}:${STORE_SECRET_KEY}@objects:8333/"
    f"{BUCKET}?region=us-east-1&tls=no",
    "MAIL_URL": "smtp://mail:1025?tls=none",
}


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

    @cached_property
    def declared(self) -> dict[str, Sequence[Setting]]:
        return declared(self.manifests)

    @property
    def fixed(self) -> dict[str, str]:
        """Values that are the same in every deployment, so .env does not ask for them."""
        settings = [setting for settings in self.declared.values() for setting in settings]
        fixed = {
            setting.name: setting.distributed
            for setting in settings
            if setting.distributed is not None
        }
        return {"PEERS_URL": PEERS_URL, **fixed}

    def of(self, part: str) -> list[Value]:
        """Return all settings of a part, in the order they are declared."""
        return [self._value(part, setting) for setting in self.declared[part]]

    def _value(self, part: str, setting: Setting) -> Value:
        name = setting.key(part)
        asked = f"{name}_{key(part)}" if self._has_value_per_part(setting) else name
        return Value(name, asked, self._written(part, asked, setting), setting)

    def _has_value_per_part(self, setting: Setting) -> bool:
        """Tell whether it is a secret that several parts declare: each has a value of its own."""
        if not setting.secret or "{service}" in setting.name:
            return False
        names = [other.name for settings in self.declared.values() for other in settings]
        return names.count(setting.name) > 1

    def _written(self, part: str, asked: str, setting: Setting) -> str:
        if setting.name == "PEERS_URL":
            return PEERS_URL
        if setting.distributed is not None:
            return setting.distributed
        engine = engine_url(part, setting.name)
        if engine:
            return f"${{{asked}:-{engine}}}"
        if setting.default is None or setting.generated or setting.asked:
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


def env_example(values: Values) -> str:
    """Write what a deployment must or may set, with the meaning of each."""
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
    listed = set(values.fixed)
    of_a_service = values.of(next(iter(values.manifests)))
    shared = [value for value in of_a_service if _is_shared(value.setting)]
    lines += ["", "# --- every part", *_section(shared, listed)]
    for name in values.manifests:
        passwords = [f"{kind}_PASSWORD_{key(name)}" for kind in ("DATABASE", "BROKER")]
        lines += ["", f"# --- {name}"]
        lines += [
            line for password in passwords for line in _asked(password, "Must. The service's own.")
        ]
        lines += _asked(f"OWNER_URL_{key(name)}", "Empty: its database in compose.yaml.")
        lines += _section(values.of(name), listed)
    for name in FRONTS:
        lines += ["", f"# --- {name}", *_section(values.of(name), listed)]
    fixed = [f"#   {name}={value}" for name, value in sorted(values.fixed.items())]
    return "\n".join([*lines, "", "# --- fixed in compose.yaml", *fixed]) + "\n"


def _is_shared(setting: Setting) -> bool:
    return setting in COMMON and "{service}" not in setting.name and setting.name != "BUS_URL"


def _section(values: Iterable[Value], listed: set[str]) -> Iterator[str]:
    for value in values:
        if value.asked not in listed:
            listed.add(value.asked)
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
