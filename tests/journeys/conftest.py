"""One system for the journeys of a module; each journey files its own proposals."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine

from tests.builders.system import demo_system
from tests.journeys.journey import Journey


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    system = demo_system(tmp_path_factory.mktemp("journey"))
    yield Journey(system)
    system.close()


@pytest.fixture
def journey_at(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Journey]]:
    """Build a system of its own on a given day: `journey_at("2026-04-10T09:00:00+07:00")`."""
    opened = []

    def start(moment: str) -> Journey:
        traveller = time_machine.travel(datetime.fromisoformat(moment))
        traveller.start()
        opened.append(traveller.stop)
        system = demo_system(tmp_path_factory.mktemp("journey"))
        opened.append(system.close)
        return Journey(system)

    yield start
    for close in reversed(opened):
        close()
