"""deploy/compose.yaml: engines, and of each part its processes, each with its own settings only."""

from typing import Any

import yaml

from chassis.process.config import key
from chassis.process.manifest import OPERATOR
from ops.generators.values import (
    ENGINES,
    INTERNAL_PORT,
    PORT,
    Values,
    owner_url,
)
from ops.parts import FRONTS

# Newest patch of each line when this was written; none of them is a server we build ourselves.
IMAGES = {
    "postgres": "postgres:17",
    "rabbitmq": "rabbitmq:4.2",
    "objects": "chrislusf/seaweedfs:4.45",
    "mail": "axllent/mailpit:v1.27",
    "clamav": "clamav/clamav:1.4",
}
_SCRATCH = "/tmp"  # noqa: S108 - a container's own
_HEAD = "# Made by `./simpul generate`. Copy env.example to .env and fill it in first.\n"
_HARDENED = {
    "read_only": True,
    "tmpfs": [_SCRATCH],
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}
_STORE = "STORE_URL"


def compose(values: Values) -> str:
    """Write the compose file for all parts."""
    services: dict[str, Any] = {**_engines(), **_preparing(values)}
    for name in values.manifests:
        services[f"{name}-migrate"] = _migrate(values, name)
        services[name] = _web(values, name, after=f"{name}-migrate")
        services[f"{name}-worker"] = _worker(values, name)
    for name in FRONTS:
        services[name] = _web(values, name)
    services["edge"] = _edge()
    document = {
        "name": "simpul",
        "services": services,
        # Engines cannot reach the internet, and the edge cannot reach them.
        "networks": {"parts": {}, "engines": {"internal": True}},
        "volumes": {name: {} for name in ("postgres", "rabbitmq", "objects", "clamav", *_FILES)},
    }
    return _HEAD + yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)


_FILES = ("broker-files", "object-files")


def _engines() -> dict[str, Any]:
    return {
        "postgres": {
            **_engine("postgres", "postgres:/var/lib/postgresql/data"),
            # Each process holds nine at most; the usual 100 would end at a dozen processes.
            "command": ["postgres", "-c", "max_connections=200"],
            "environment": {
                "POSTGRES_USER": "simpul",
                "POSTGRES_PASSWORD": _must("OWNER_PASSWORD"),
                "POSTGRES_INITDB_ARGS": "--auth-host=scram-sha-256",
            },
            "healthcheck": _health("pg_isready -U simpul -h 127.0.0.1"),
        },
        "rabbitmq": {
            **_engine(
                "rabbitmq",
                "rabbitmq:/var/lib/rabbitmq",
                "broker-files:/etc/simpul:ro",
                "./rabbitmq.conf:/etc/rabbitmq/conf.d/90-simpul.conf:ro",
            ),
            "hostname": "rabbitmq",
            "depends_on": _after("engine-files"),
            "healthcheck": _health("rabbitmq-diagnostics -q check_port_connectivity"),
        },
        "objects": {
            **_engine("objects", "objects:/data", "object-files:/etc/simpul:ro"),
            "command": ["server", "-dir=/data", "-s3", "-s3.config=/etc/simpul/s3.json"],
            "depends_on": _after("engine-files"),
            "healthcheck": _health("wget -q -O /dev/null http://127.0.0.1:8333/healthz"),
        },
        "mail": {
            "image": IMAGES["mail"],
            "networks": ["engines", "parts"],
            "ports": ["127.0.0.1:8025:8025"],
            "restart": "unless-stopped",
        },
        # Only where SCANNER_URL names it: it fetches signatures, and takes 1.5 GB of memory.
        "clamav": {
            **_engine("clamav", "clamav:/var/lib/clamav"),
            "networks": ["engines", "parts"],
            "profiles": ["clamav"],
        },
    }


def _engine(name: str, *volumes: str) -> dict[str, Any]:
    return {
        "image": IMAGES[name],
        "networks": ["engines"],
        "volumes": list(volumes),
        "restart": "unless-stopped",
        "stop_grace_period": "60s",
    }


def _preparing(values: Values) -> dict[str, Any]:
    """Processes that run once: before the engines start, and after they are healthy."""
    environment = {
        "OWNER_URL": owner_url("postgres", "OWNER_URL"),
        _STORE: f"${{{_STORE}:-{ENGINES[_STORE]}}}",
        **{name: _must(name) for name in ("STORE_ACCESS_KEY", "STORE_SECRET_KEY")},
    }
    for name in values.manifests:
        for kind in ("DATABASE_PASSWORD", "BROKER_PASSWORD"):
            environment[f"{kind}_{key(name)}"] = _must(f"{kind}_{key(name)}")
    volumes = ["broker-files:/engine-files/broker", "object-files:/engine-files/objects"]
    return {
        "engine-files": {
            **_run_once(["ops.prepare", "files"], OPERATOR, environment),
            "volumes": volumes,
        },
        "engine-stores": {
            **_run_once(["ops.prepare", "stores"], OPERATOR, environment),
            "depends_on": _healthy("postgres", "objects"),
        },
    }


def _migrate(values: Values, name: str) -> dict[str, Any]:
    owner = f"OWNER_URL_{key(name)}"
    environment = {**_environment(values, name), owner: owner_url(name, owner)}
    return {
        **_run_once(["ops", "migrate", name], name, environment),
        "depends_on": {**_after("engine-stores"), **_healthy("rabbitmq")},
    }


def _run_once(module: list[str], part: str, environment: dict[str, str]) -> dict[str, Any]:
    return {
        **_part(part),
        "command": ["python", "-m", *module],
        "environment": environment,
        "networks": ["engines"],
        "healthcheck": {"disable": True},
        "restart": "no",
    }


def _web(values: Values, name: str, *, after: str = "") -> dict[str, Any]:
    process = {
        **_part(name),
        "environment": _environment(values, name),
        "networks": ["parts", "engines"] if after else ["parts"],
        "restart": "unless-stopped",
        "stop_grace_period": "45s",
    }
    return {**process, "depends_on": _after(after)} if after else process


def _worker(values: Values, name: str) -> dict[str, Any]:
    return {
        **_web(values, name, after=f"{name}-migrate"),
        "command": ["python", "-m", "ops", "work", name],
    }


def _part(part: str) -> dict[str, Any]:
    build = {"context": "..", "dockerfile": "deploy/Dockerfile", "args": {"SERVICE": part}}
    return {"image": f"simpul-{part}:${{SIMPUL_VERSION:-local}}", "build": build, **_hardened()}


def _hardened() -> dict[str, Any]:
    """Copy the settings, so that YAML repeats the lines instead of making an alias."""
    return {
        name: list(value) if isinstance(value, list) else value for name, value in _HARDENED.items()
    }


def _edge() -> dict[str, Any]:
    """The edge depends on no part at its start: it resolves their names repeatedly."""
    return {
        "image": "simpul-edge:${SIMPUL_VERSION:-local}",
        "build": {"context": "..", "dockerfile": "deploy/Dockerfile", "target": "edge"},
        # The image's own command says `daemon off` once more, which nginx refuses.
        "command": ["nginx", "-c", f"{_SCRATCH}/nginx.conf"],
        # The image fills the template in at its start (docker-entrypoint.d).
        "environment": {
            "PROXIES_IN_FRONT": "${PROXIES_IN_FRONT:-0}",
            "HSTS_SUBDOMAINS": "${HSTS_SUBDOMAINS:-off}",
            "NGINX_ENVSUBST_FILTER": "^(PROXIES_IN_FRONT|HSTS_SUBDOMAINS)$",
            "NGINX_ENVSUBST_OUTPUT_DIR": _SCRATCH,
        },
        "volumes": [
            "./${EDGE_CONF:-nginx.conf}:/etc/nginx/templates/nginx.conf.template:ro",
            "./certificates:/etc/simpul/certificates:ro",
        ],
        "ports": [f"${{PUBLIC_PORT:-8080}}:{PORT}"],
        "networks": ["parts"],
        "healthcheck": _health(f"curl -fsS -o /dev/null http://127.0.0.1:{INTERNAL_PORT}/livez"),
        "restart": "unless-stopped",
        **_hardened(),
        # Bodies and large answers wait here, in memory, of which they must not take all.
        "tmpfs": [f"{_SCRATCH}:size=2g,mode=1777"],
    }


def _environment(values: Values, name: str) -> dict[str, str]:
    return {value.name: value.written for value in values.of(name)}


def _must(name: str) -> str:
    return f"${{{name}:?fill it in deploy/.env}}"


def _after(*names: str) -> dict[str, Any]:
    return {name: {"condition": "service_completed_successfully"} for name in names}


def _healthy(*names: str) -> dict[str, Any]:
    return {name: {"condition": "service_healthy"} for name in names}


def _health(command: str) -> dict[str, Any]:
    return {"test": ["CMD-SHELL", command], "interval": "5s", "timeout": "5s", "retries": 24}
