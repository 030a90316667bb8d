"""The distributed form for journeys: reached through nginx and TLS, as people reach it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path

import urllib3
from flask import Flask

from chassis.process import runtime as runtimes
from chassis.process.config import key
from chassis.process.manifest import load
from chassis.run import worker
from ops.cluster.instances import OPS
from ops.cluster.supervisor import Supervisor
from ops.engines.rabbit import BrokerUser
from ops.journey.web import TIMEOUT, Answer, Web
from tests.builders.certificate import certificate
from tests.builders.chooser.app import MANIFEST as CHOOSER
from tests.builders.cluster import running_cluster
from tests.builders.engines import engine_folder
from tests.builders.form import Account, account_in
from tests.builders.settling import under_way

GUESTS = {CHOOSER.name: BrokerUser("a-guest-of-the-test", CHOOSER.may_publish)}
_SETTLED_WITHIN = 120.0
_LONGEST_WAIT = 5


class Visitor(Web):
    """Waits when the edge says so: its limits stay on, and a journey is quicker than people."""

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        answer = super().call(method, path, body, headers)
        while answer.status == 429 and 0 < _seconds(answer) <= _LONGEST_WAIT:
            time.sleep(_seconds(answer))
            answer = super().call(method, path, body, headers)
        return answer


def _seconds(answer: Answer) -> int:
    return int(answer.headers.get("Retry-After", "0"))


@dataclass
class Distributed:
    """A cluster as a journey sees it."""

    supervisor: Supervisor
    trusted: Path
    apps: dict[str, Flask] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        return self.supervisor.plan.folder

    @property
    def public_url(self) -> str:
        return self.supervisor.plan.public_url

    @cached_property
    def web(self) -> Visitor:
        pool = urllib3.PoolManager(
            maxsize=8, timeout=TIMEOUT, retries=False, ca_certs=str(self.trusted)
        )
        return Visitor(self.public_url, pool)

    def account(self, key: str) -> Account:
        return account_in(self.data_dir, key)

    def client_secret(self, name: str) -> str:
        return self.supervisor.plan.secrets[f"client/{name}"]

    def settings_for_guest(self, name: str) -> dict[str, str]:
        return {
            **self.supervisor.parts["proposal"].settings,
            "BUS_URL": self.supervisor.engines["rabbit"].url(name),
            f"DATABASE_URL_{key(name)}": f"sqlite:///{self.data_dir / name}.db",
        }

    def settle(self, *guests: Flask) -> None:
        worker.drain(*guests)
        for guest in guests:
            runtimes.of(guest).bus.close()  # the next one to speak connects again
        apps = self.apps | {guest.name: guest for guest in guests}
        deadline = time.monotonic() + _SETTLED_WITHIN
        while left := under_way(apps):
            if time.monotonic() > deadline:
                raise AssertionError(f"still under way: {left}")
            time.sleep(0.05)

    def wait_for_clock(self) -> None:
        webs = [web for part in self.supervisor.parts.values() for web in part.webs]
        deadline = time.monotonic() + _SETTLED_WITHIN
        while wrong := [web.name for web in webs if not _shows_our_time(web.port)]:
            if time.monotonic() > deadline:
                raise AssertionError(f"another time in {wrong}")

    def open_apps(self) -> None:
        for name, manifest in self.supervisor.plan.manifests.items():
            self.apps[name] = load(manifest.app)(self.supervisor.parts[name].settings)

    def close(self) -> None:
        self.web.pool.clear()
        for app in self.apps.values():
            with app.app_context():
                runtimes.of(app).bus.close()
                runtimes.of(app).db.engine.dispose()


def _shows_our_time(port: int) -> bool:
    """Tell whether a process dates its answer between our question and now."""
    asked = int(time.time())
    answer = urllib3.request("GET", f"http://127.0.0.1:{port}/livez", timeout=10)
    shown = int(parsedate_to_datetime(answer.headers["Date"]).timestamp())
    return asked <= shown <= int(time.time())


@contextmanager
def distributed_system(*, command: Sequence[str] = OPS) -> Iterator[Distributed]:
    """Start a cluster with a certificate; `command` starts each of its processes."""
    with ExitStack() as stack:
        folder = stack.enter_context(engine_folder())
        chain, private = certificate(folder)
        supervisor = stack.enter_context(
            running_cluster(
                folder / "cluster", command=command, certificate=(chain, private), guests=GUESTS
            )
        )
        system = Distributed(supervisor, chain)
        stack.callback(system.close)
        system.open_apps()
        system.settle()
        yield system
