"""RabbitMQ with its files in one folder: own node, own cookie, own epmd, one user per service."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.events.bus import BusUnavailable
from chassis.events.bus.amqp import DEAD_EXCHANGE, EXCHANGE, RabbitBus, queue_of
from ops.engines.child import Child
from ops.engines.process import answers, find, free_port, own_folder, unprivileged

PACKAGES = ("rabbitmq-server",)
VHOST = "simpul"


@dataclass(frozen=True)
class BrokerUser:
    """A service's user: its password and the event types it may publish."""

    password: str
    publishes: tuple[str, ...] = ()


@dataclass
class Rabbit:
    """A broker of our own on a loopback port."""

    folder: Path
    users: Mapping[str, BrokerUser]
    port: int = field(default_factory=free_port)
    distribution_port: int = field(default_factory=free_port)
    epmd_port: int = field(default_factory=free_port)
    records: Path | None = None
    child: Child = field(init=False)
    epmd: Child = field(init=False)

    def __post_init__(self) -> None:
        self.user = unprivileged("rabbitmq")
        program = find("rabbitmq-server", *PACKAGES, also=["/usr/lib/rabbitmq/bin"])
        direct = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        self.child = Child(
            [str(direct) if direct.exists() else program],
            log=self.folder / "rabbitmq.log",
            env=self.environment(),
            user=self.user,
            cwd=self.folder,
            record=self.records and self.records / "rabbit.json",
            own_logs=self.folder / "log",
            facts=f"{self._configuration()}{sorted(self.users.items())}",
        )
        # Erlang would start its port mapper as a daemon that outlives the broker.
        erlang = sorted(str(path) for path in Path("/usr/lib/erlang").glob("erts-*/bin"))
        self.epmd = Child(
            [find("epmd", *PACKAGES, also=erlang), "-address", "127.0.0.1"],
            log=self.folder / "epmd.log",
            env=self.environment(),
            user=self.user,
            cwd=self.folder,
            record=self.records and self.records / "epmd.json",
        )

    @property
    def alive(self) -> bool:
        """Tell whether broker and port mapper run; without the mapper no tool finds the broker."""
        return self.child.alive and self.epmd.alive

    def start(self) -> None:
        own_folder(self.folder, self.user)
        self._write(".erlang.cookie", self._cookie(), mode=0o400)
        self._write("definitions.json", json.dumps(definitions(self.users)))
        self._write("rabbitmq.conf", self._configuration())
        self._write("enabled_plugins", "[].\n")
        if not self.epmd.alive and not self.epmd.resume():
            self.epmd.start()
            self.epmd.wait_until(lambda: answers(self.epmd_port))
        if not self.child.alive and not self.child.resume():
            self.child.start()
        self.child.wait_until(self._accepts, seconds=90)

    def stop(self) -> None:
        self.child.stop()
        self.epmd.stop()

    def kill(self) -> None:
        self.child.kill()

    def url(self, user: str) -> str:
        """Return the URL with which a service's process connects."""
        return f"amqp://{user}:{self.users[user].password}@127.0.0.1:{self.port}/{VHOST}"

    def environment(self) -> dict[str, str]:
        """Return what the broker and its tools have to know to be of one node."""
        return {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"simpul{self.port}@{socket.gethostname().split('.')[0]}",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none -kernel "
            "inet_dist_use_interface {127,0,0,1}",
            "LANG": "C.UTF-8",
        }

    def _cookie(self) -> str:
        path = self.folder / ".erlang.cookie"
        return path.read_text() if path.exists() else secrets.token_hex(16)

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"listeners.tcp.local = 127.0.0.1:{self.port}",
                f"load_definitions = {self.folder / 'definitions.json'}",
                "loopback_users = none",
                "log.console = false",
                "log.file = rabbit.log",
                "log.file.level = warning",
                "log.file.rotation.size = 10000000",
                "log.file.rotation.count = 5",
                "disk_free_limit.absolute = 50MB",
                "vm_memory_high_watermark.absolute = 512MB",
                "",
            ]
        )

    def _write(self, name: str, text: str, mode: int = 0o600) -> None:
        path = self.folder / name
        if path.exists():
            path.chmod(0o600)
        path.write_text(text)
        path.chmod(mode)
        if self.user is not None:
            shutil.chown(path, self.user)

    def _accepts(self) -> bool:
        if not answers(self.port):
            return False
        try:
            RabbitBus(self.url(next(iter(self.users))), "probe").check()
        except BusUnavailable:
            return False
        return True


def definitions(users: Mapping[str, BrokerUser]) -> dict[str, Any]:
    """Describe the virtual host and its users to `load_definitions`."""
    return {
        "users": [
            {
                "name": name,
                "password_hash": _hashed(user.password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for name, user in users.items()
        ],
        "vhosts": [{"name": VHOST}],
        "permissions": [_permissions(name) for name in users],
        "topic_permissions": [_topics(name, user) for name, user in users.items()],
    }


def _permissions(service: str) -> dict[str, str]:
    mine = f"^({queue_of(service)}|{EXCHANGE}|{DEAD_EXCHANGE}|dead)$".replace(".", r"\.")
    return {"user": service, "vhost": VHOST, "configure": mine, "write": mine, "read": mine}


def _topics(service: str, user: BrokerUser) -> dict[str, str]:
    """A service may publish its own events only, and bind to any."""
    types = "|".join(kind.replace(".", r"\.") for kind in user.publishes) or "nothing"
    return {
        "user": service,
        "vhost": VHOST,
        "exchange": EXCHANGE,
        "write": f"^({types})$",
        "read": ".*",
    }


def _hashed(password: str) -> str:
    salt = os.urandom(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return base64.b64encode(salt + digest).decode()
