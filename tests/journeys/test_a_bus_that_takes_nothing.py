"""While the bus takes nothing people work on, and are told by the comparison with the feeds."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from chassis.events.bus import BusUnavailable
from chassis.events.reconcile import Reconciler
from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.run import health
from ops.journey.web import Answer
from tests.builders.system import System, demo_system
from tests.journeys.journey import NOTIFICATION, PUBLIC_URL, Journey


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[System]:
    """The demo region with everything settled and compared; from now on nothing is confirmed."""
    system = demo_system(tmp_path, public_url=PUBLIC_URL)
    system.settle()
    compare(system.apps["notification"])
    for app in system.apps.values():
        runtimes.of(app).bus.publish = refuse  # type: ignore[method-assign]
    yield system
    system.close()


def refuse(_event: Any) -> bool:
    raise BusUnavailable("no answer")


def compare(app: Flask) -> None:
    with app.app_context():
        Reconciler(runtimes.of(app)).run()


def turn(app: Flask, name: str) -> None:
    """Let one loop of a service work until it finds nothing more."""
    [loop] = [loop for loop in runtimes.of(app).loops if loop.name == name]
    with app.app_context():
        while loop.run():
            pass


def ready(journey: Journey) -> Answer:
    with time_machine.travel(now() + timedelta(seconds=health.LATE + 3)):
        return journey.web.call("GET", "/readyz")


def test_notices_come_by_comparison_and_the_system_says_it_does_less(silent):
    journey = Journey(silent)
    filed = journey.bebas_hukdis()
    for app in silent.apps.values():
        turn(app, "relay")
    said = ready(journey)
    compare(silent.apps["notification"])
    turn(silent.apps["notification"], "dispatcher")
    path = f"{NOTIFICATION}/notices?limit=100&about=proposal/{filed.id}"

    assert journey.person("umpeg").get(path)["data"]
    assert said.status == 200
    assert said.json()["status"] == "degraded"
    assert said.json()["services"]["proposal"] == "degraded"
    assert said.json()["services"]["notification"] == "ok"
