"""What a cluster's folder decides once: secrets, ports, and the settings of every process."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.process.config import Setting, key
from chassis.process.manifest import OPERATOR, Manifest, discover
from chassis.run.embedded import generated, write_private
from ops.engines.process import free_port
from ops.engines.rabbit import BrokerUser
from ops.folder import PLAN
from ops.parts import declared, settings_of

_ENGINE_PORTS = ("postgres", "rabbit", "s3", "internal")


@dataclass(frozen=True)
class Plan:
    """The secrets and ports of one folder, kept in `plan.json` (readable by the owner only)."""

    folder: Path
    secrets: Mapping[str, str]
    ports: Mapping[str, int]
    public_port: int
    manifests: Mapping[str, Manifest]
    https: bool = False

    @property
    def public_url(self) -> str:
        scheme = "https" if self.https else "http"
        ours = f"{scheme}://127.0.0.1:{self.public_port}"
        return os.environ.get("PUBLIC_URL", ours).rstrip("/")

    @property
    def internal_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['internal']}"

    @property
    def elsewhere(self) -> frozenset[str]:
        """Name the engines that settings given outside point to, so that none is started here."""
        given = {"s3": ["STORE_URL"], "rabbit": [f"BUS_URL_{key(n)}" for n in self.manifests]}
        given["postgres"] = [f"DATABASE_URL_{key(n)}" for n in self.manifests]
        return frozenset(
            engine for engine, names in given.items() if all(name in os.environ for name in names)
        )

    def broker_users(self) -> dict[str, BrokerUser]:
        return {
            name: BrokerUser(self.secrets[f"broker/{name}"], one.publishes)
            for name, one in self.manifests.items()
        }

    def database_passwords(self) -> dict[str, str]:
        return {name: self.secrets[f"database/{name}"] for name in self.manifests}

    def settings_of(self, part: str, engines: Mapping[str, str]) -> dict[str, str]:
        """Return what the processes of one part are told, of what it declares.

        What the engines say wins (a name may end in the part's), then what is given outside.
        """
        told = {}
        for setting in settings_of(part, self.manifests):
            name = setting.key(part)
            of_engine = engines.get(f"{name}_{key(part)}", engines.get(name))
            value = of_engine or os.environ.get(name) or self._ours(part, setting)
            if value is not None:
                told[name] = value
        return told

    def _ours(self, part: str, setting: Setting) -> str | None:
        name = setting.key(part)
        addresses = {"PUBLIC_URL": self.public_url, "PEERS_URL": self.internal_url}
        if name in addresses:
            return addresses[name]
        if setting.generated:
            return self.secrets[_kept_as(name, self.manifests)]
        if setting.distributed is not None:
            return setting.distributed
        return setting.embedded and setting.embedded.format(data=self.folder, service=part)


def load(folder: Path, public_port: int | None, *, https: bool = False) -> Plan:
    """Read a folder's plan, and make what is missing from it.

    `https` says that the edge has a certificate: addresses and cookies follow it.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    path, manifests = folder / PLAN, discover()
    known = json.loads(path.read_text("utf-8")) if path.exists() else {"secrets": {}, "ports": {}}
    wanted = [_kept_as(name, manifests) for name in generated(declared(manifests))]
    wanted += [f"{kind}/{name}" for kind in ("database", "broker") for name in manifests]
    wanted += ["s3/access", "s3/secret"]
    for name in wanted:
        known["secrets"].setdefault(name, secrets.token_urlsafe(32))
    for engine in _ENGINE_PORTS:
        known["ports"].setdefault(engine, free_port())
    if public_port is not None:
        known["ports"]["public"] = public_port or free_port()
    known["ports"].setdefault("public", 8080)
    write_private(path, json.dumps(known, indent=1))
    return Plan(
        folder, known["secrets"], known["ports"], known["ports"]["public"], manifests, https
    )


def _kept_as(name: str, manifests: Mapping[str, Manifest]) -> str:
    """Say under which name `plan.json` keeps a secret: a client's under the client's own."""
    clients = {f"CLIENT_SECRET_{key(one)}": f"client/{one}" for one in (*manifests, OPERATOR)}
    return clients.get(name, name)
