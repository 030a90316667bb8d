"""A cluster's secrets and ports, made once per folder, and the settings of every process."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chassis.process.config import Setting, key
from chassis.process.data_folder import generated, write_private
from chassis.process.manifest import OPERATOR, Manifest, discover
from ops import addresses
from ops.engines.process import free_port
from ops.engines.rabbit import BrokerUser
from ops.folder import PLAN
from ops.parts import declared, settings_of

_ENGINE_PORTS = ("postgres", "rabbit", "distribution", "epmd", "s3", "internal")


@dataclass(frozen=True)
class Plan:
    """The secrets and ports of one folder, kept in `plan.json` (readable by the owner only)."""

    folder: Path
    secrets: Mapping[str, str]
    ports: Mapping[str, int]
    public_port: int
    manifests: Mapping[str, Manifest]
    https: bool = False
    host: str = "127.0.0.1"

    @property
    def public_url(self) -> str:
        if public := os.environ.get("PUBLIC_URL"):
            return addresses.checked(public)
        scheme = "https" if self.https else "http"
        return addresses.address_of(self.host, self.public_port, scheme)

    @property
    def internal_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['internal']}"

    @property
    def external_engines(self) -> frozenset[str]:
        """Name the engines that settings of the environment point to; they are not started here."""
        services = [key(name) for name in self.manifests]
        settings = {
            "s3": ["STORE_URL"],
            "rabbit": [f"BUS_URL_{service}" for service in services],
            "postgres": [f"DATABASE_URL_{service}" for service in services],
        }
        return frozenset(
            engine
            for engine, names in settings.items()
            if all(name in os.environ for name in names)
        )

    def broker_users(self) -> dict[str, BrokerUser]:
        return {
            name: BrokerUser(self.secrets[f"broker/{name}"], manifest.may_publish)
            for name, manifest in self.manifests.items()
        }

    def database_passwords(self) -> dict[str, str]:
        return {name: self.secrets[f"database/{name}"] for name in self.manifests}

    @cached_property
    def declared(self) -> frozenset[str]:
        """Name every setting that some part declares, also as it is named for that part alone."""
        parts = declared(self.manifests).items()
        names = [(s.key(part), part) for part, settings in parts for s in settings]
        return frozenset(chosen for name, part in names for chosen in (name, f"{name}_{key(part)}"))

    def settings_of(self, part: str, engines: Mapping[str, str]) -> dict[str, str]:
        """Return the settings that a part declares, with the values for its processes.

        Those of the engines win (a name may end in the part's), then those of the environment.
        """
        settings = {}
        for setting in settings_of(part, self.manifests):
            name = setting.key(part)
            of_engine = engines.get(f"{name}_{key(part)}", engines.get(name))
            in_a_file = f"{name}_FILE"
            value = of_engine or os.environ.get(name)
            if not value and in_a_file in os.environ:
                settings[in_a_file] = os.environ[in_a_file]
                continue
            value = value or self._default(part, setting)
            if value is not None:
                settings[name] = value
        return settings

    def _default(self, part: str, setting: Setting) -> str | None:
        name = setting.key(part)
        addresses = {"PUBLIC_URL": self.public_url, "PEERS_URL": self.internal_url}
        if name in addresses:
            return addresses[name]
        if setting.generated:
            return self.secrets[_secret_name(name, self.manifests)]
        if setting.distributed is not None:
            return setting.distributed
        return setting.embedded and setting.embedded.format(data=self.folder, service=part)


def load(
    folder: Path, public_port: int | None, *, https: bool = False, host: str = "127.0.0.1"
) -> Plan:
    """Read a folder's plan, and add what is missing.

    `https` says that the edge has a certificate, `host` where it listens: addresses and cookies
    follow them.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    path, manifests = folder / PLAN, discover()
    content = json.loads(path.read_text("utf-8")) if path.exists() else {"secrets": {}, "ports": {}}
    needed = [_secret_name(name, manifests) for name in generated(declared(manifests))]
    needed += [f"{kind}/{name}" for kind in ("database", "broker") for name in manifests]
    needed += ["s3/access", "s3/secret"]
    for name in needed:
        content["secrets"].setdefault(name, secrets.token_urlsafe(32))
    for engine in _ENGINE_PORTS:
        content["ports"].setdefault(engine, free_port())
    if public_port is not None:
        content["ports"]["public"] = public_port or free_port()
    content["ports"].setdefault("public", 8080)
    write_private(path, json.dumps(content, indent=1))
    keys, ports = content["secrets"], content["ports"]
    return Plan(folder, keys, ports, ports["public"], manifests, https, host)


def _secret_name(name: str, manifests: Mapping[str, Manifest]) -> str:
    """Return a secret's name in `plan.json`: a client's is `client/<name>`."""
    clients = {
        f"CLIENT_SECRET_{key(client)}": f"client/{client}" for client in (*manifests, OPERATOR)
    }
    return clients.get(name, name)
