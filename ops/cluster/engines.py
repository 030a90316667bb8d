"""The engines a plan asks for, the edge before them, and what the parts are told of both."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from chassis.process.config import key, read
from gateway.nginx import Listening
from gateway.routes import table
from gateway.settings import SETTINGS
from ops.cluster.instances import RECORDS, ROOT
from ops.cluster.plan import Plan
from ops.engines.child import Child
from ops.engines.nginx import Nginx
from ops.engines.postgres import Postgres
from ops.engines.rabbit import Rabbit
from ops.engines.s3 import S3

EDGE = "nginx"


class Server(Protocol):
    """What the supervisor knows of an engine and of the edge."""

    child: Child

    @property
    def port(self) -> int: ...

    def stop(self) -> None: ...


def engines_of(plan: Plan) -> dict[str, Any]:
    """Make the engines of a folder, none that the environment points to; nothing is started."""
    folder, ports, secrets = plan.folder, plan.ports, plan.secrets
    records = folder / RECORDS
    engines: dict[str, Any] = {}
    if "postgres" not in plan.external_engines:
        record = records / "postgres.json"
        engines["postgres"] = Postgres(folder / "postgres", port=ports["postgres"], record=record)
    if "rabbit" not in plan.external_engines:
        engines["rabbit"] = Rabbit(
            folder / "rabbit",
            plan.broker_users(),
            port=ports["rabbit"],
            distribution_port=ports["distribution"],
            epmd_port=ports["epmd"],
            records=records,
        )
    if "s3" not in plan.external_engines:
        keys = secrets["s3/access"], secrets["s3/secret"]
        record = records / "s3.json"
        engines["s3"] = S3(folder / "s3", *keys, port=ports["s3"], record=record)
    return engines


def edge_of(plan: Plan, certificate: Path | None, certificate_key: Path | None) -> Nginx:
    """Make the edge of a folder; nothing is started."""
    folder = plan.folder / EDGE
    internal = plan.ports["internal"]
    gateway = read("gateway", SETTINGS, plan.settings_of("gateway", {}))
    listening = Listening(
        folder,
        plan.public_port,
        internal,
        plan.host,
        certificate,
        certificate_key,
        proxies=gateway["PROXIES_IN_FRONT"],
        hsts_subdomains="on" if gateway["HSTS_SUBDOMAINS"] else "off",
    )
    static = ROOT / "portal" / "shell" / "static"
    record = plan.folder / RECORDS / f"{EDGE}.json"
    return Nginx(listening, table(plan.manifests), static, record)


def addresses_of(plan: Plan, engines: Mapping[str, Any]) -> dict[str, str]:
    """Return where the parts find the engines: those made here, or of the environment."""
    names = [f"DATABASE_URL_{key(name)}" for name in plan.manifests]
    names += [f"BUS_URL_{key(name)}" for name in plan.manifests]
    settings = {name: os.environ[name] for name in ("STORE_URL", *names) if name in os.environ}
    for name, password in plan.database_passwords().items():
        if postgres := engines.get("postgres"):
            settings[f"DATABASE_URL_{key(name)}"] = postgres.service_url(name, password)
        if rabbit := engines.get("rabbit"):
            settings[f"BUS_URL_{key(name)}"] = rabbit.url(name)
    if s3 := engines.get("s3"):
        settings["STORE_URL"] = s3.url
    return settings


def owner_of(engines: Mapping[str, Any], service: str) -> dict[str, str]:
    """Return the setting with which a service is migrated; no process that serves is told it."""
    name = f"OWNER_URL_{key(service)}"
    if postgres := engines.get("postgres"):
        return {name: postgres.owner_url(service)}
    return {name: os.environ[name]} if name in os.environ else {}
