"""Processes that start in any order, two of them late, become healthy by themselves.

Engines are prepared once. In every other round PostgreSQL and RabbitMQ start in between as well.
At the end a real region is set up, which needs no more than some of the processes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import urllib3
from sqlalchemy import create_engine, text

from ops.cluster import plan
from ops.cluster.instances import ROOT, Instance, Part
from ops.cluster.supervisor import Supervisor
from ops.engines.process import free_port
from ops.parts import FRONTS
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.orders import SEED, chance, how_many

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.prove(part="orders")]
HEALTHY_WITHIN = 240.0
LATE = 2
LATE_SECONDS, VERY_LATE_SECONDS = 5.0, 60.0  # the first order of all waits a minute
NUMBERS = range(how_many(6))


@dataclass
class Stage:
    """A prepared cluster none of whose processes runs."""

    supervisor: Supervisor
    started: list[Instance] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [*self.supervisor.plan.manifests, *FRONTS]

    def forget(self) -> None:
        """No service has compared with another yet, as after a first migration."""
        for name in self.supervisor.plan.manifests:
            owner = create_engine(self.supervisor.engines["postgres"].owner_url(name))
            with owner.begin() as connection:
                connection.execute(text("DELETE FROM feed_cursors"))
            owner.dispose()

    def start(self, name: str, kind: str) -> None:
        part = self.supervisor.parts[name]
        instance = part.launch(kind)
        self.started.append(instance)
        if kind == "web":
            part.webs.append(instance)
        self.supervisor.nginx.reload(self.ports())

    def ports(self) -> dict[str, list[int]]:
        """Where each part is; nobody answers yet where one has not been started."""
        return {name: part.ports or [free_port()] for name, part in self.supervisor.parts.items()}

    def begin(self) -> None:
        logs = self.supervisor.plan.folder / "logs"
        logs.mkdir(exist_ok=True)
        self.started.clear()
        for name in self.names:
            told = self.supervisor.settings_of(name)
            is_service = name in self.supervisor.plan.manifests
            self.supervisor.parts[name] = Part(name, told, logs, has_worker=is_service)
        self.supervisor.nginx.start(self.ports())

    def end(self) -> None:
        self.supervisor.nginx.stop()
        for instance in self.started:
            instance.child.kill()

    def people_known_to(self, service: str) -> list[str]:
        owner = create_engine(self.supervisor.engines["postgres"].owner_url(service))
        with owner.begin() as connection:
            connection.execute(text("SET LOCAL simpul.region = '*'"))
            found = list(connection.scalars(text("SELECT name FROM employees")))
        owner.dispose()
        return found

    def unwell(self) -> list[str]:
        """What is not as it should be, in words."""
        found = [
            f"{process.name} {process.kind} died"
            for process in self.started
            if not process.child.alive
        ]
        for process in self.started:
            if process.kind == "web":
                found += complaints_of(process, is_front=process.name in FRONTS)
        return found + self.answers()

    def answers(self) -> list[str]:
        base = self.supervisor.plan.public_url
        paths = ["/masuk", *(f"/api/{name}/v1/jwks" for name in ("documents",))]
        found = [(path, status_of(base + path)) for path in paths]
        return [f"{path} answers {status}" for path, status in found if status >= 500]


def complaints_of(one: Instance, *, is_front: bool) -> list[str]:
    try:
        answer = urllib3.request(
            "GET", f"http://127.0.0.1:{one.port}/readyz", timeout=10, retries=False
        )
    except urllib3.exceptions.HTTPError as error:
        return [f"{one.name}: {type(error).__name__}"]
    if answer.status != 200 or is_front:
        return [] if answer.status == 200 else [f"{one.name}: {answer.status}"]
    told: dict[str, Any] = answer.json()
    missing = told["backlog"]["never_compared"]
    bus = told["checks"]["bus"]
    return [f"{one.name} never asked {missing}"] * bool(missing) + [f"{one.name}: bus {bus}"] * (
        bus != "ok"
    )


def status_of(address: str) -> int:
    try:
        return urllib3.request("GET", address, timeout=10, retries=False, redirect=False).status
    except urllib3.exceptions.HTTPError:
        return 599


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with engine_folder() as folder:
        with or_skipped():
            supervisor = Supervisor(plan.load(folder / "cluster", 0), demo=False)
        try:
            for engine in supervisor.engines.values():
                engine.start()
            supervisor.engines["postgres"].add_databases(supervisor.plan.database_passwords())
            supervisor._migrate()
            yield Stage(supervisor)
        finally:
            supervisor.stop()


def an_order(stage: Stage, number: int) -> list[tuple[str, str]]:
    """All processes in an order of chance; in every other one the engines are among them."""
    steps = [(name, "web") for name in stage.names]
    steps += [(name, "worker") for name in stage.supervisor.plan.manifests]
    steps += [("postgres", "engine"), ("rabbit", "engine")] if number % 2 else []
    chance(number).shuffle(steps)
    return steps


def start_all(stage: Stage, steps: list[tuple[str, str]], number: int) -> None:
    for place, (name, kind) in enumerate(steps):
        if place == len(steps) - LATE:
            come_late(number)
        if kind == "engine":
            stage.supervisor.engines[name].start()
        else:
            stage.start(name, kind)


def come_late(number: int) -> None:
    """The last two come when the others already wait for them; in some orders long after."""
    time.sleep(LATE_SECONDS if number else VERY_LATE_SECONDS)


@pytest.mark.parametrize("number", NUMBERS)
def test_all_are_healthy_in_whatever_order_they_start(stage, number):
    steps = an_order(stage, number)
    words = f"seed {SEED}, order {number}: {' '.join('-'.join(step) for step in steps)}"
    stage.forget()
    for name in [name for name, kind in steps if kind == "engine"]:
        stage.supervisor.engines[name].stop()
    began = time.monotonic()
    stage.begin()
    try:
        start_all(stage, steps, number)
        healthy = until(lambda: not stage.unwell())
        print(f"{words}: healthy after {time.monotonic() - began:.0f} s")  # noqa: T201 - measured
        assert healthy, f"{words}: {stage.unwell()}"
    finally:
        stage.end()


def test_a_real_region_is_set_up_while_the_cluster_runs(stage):
    folder = stage.supervisor.plan.folder
    region = ["--code", "kota-x", "--name", "Kota X", "--zone", "WITA"]
    admin = ["--admin-nip", "197501012000011901", "--admin-name", "Admin Contoh"]
    command = [sys.executable, "-m", "ops", "init", "--data", str(folder), *region, *admin]
    stage.begin()
    try:
        for name in ("identity", "proposal"):
            stage.start(name, "web")
            stage.start(name, "worker")
        made, again = (
            subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | {"LANG": "C.UTF-8"},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            for _ in range(2)
        )
        assert made.returncode == 0, made.stderr
        link = made.stdout.split()[-1]
        assert link.startswith(stage.supervisor.plan.public_url)
        assert until(lambda: status_of(link) == 200)
        assert until(lambda: stage.people_known_to("proposal") == ["Admin Contoh"])
    finally:
        stage.end()
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + HEALTHY_WITHIN
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
