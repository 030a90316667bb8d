"""A system of each form for the journeys of today, and one by a clock of its own for seasons.

The same journeys must pass in both forms; `distributed` is live, needs the engines and is for
`./simpul prove`: each change has the main job there. Journeys of today share one cluster.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest

from tests.builders.clock import Clock
from tests.builders.distributed import Distributed, distributed_system
from tests.builders.shared import ON_THE_SHARED_CLUSTER
from tests.journeys.journey import Journey, people_of, running

FORMS = [
    pytest.param("embedded"),
    pytest.param("distributed", marks=[*ON_THE_SHARED_CLUSTER, pytest.mark.prove(part="rest")]),
]
FORMS_OF_A_SEASON = [
    pytest.param("embedded"),
    pytest.param(
        "distributed",
        marks=[
            pytest.mark.live,
            pytest.mark.alone,
            pytest.mark.prove(part="rest"),
        ],
    ),
]


@pytest.fixture(scope="module", params=FORMS)
def journey(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    if request.param == "embedded":
        with running(tmp_path_factory.mktemp("today")) as today:
            yield today
    else:
        yield people_of(request.getfixturevalue("shared_cluster"))


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "clock.json")


@dataclass
class Seasons:
    """One cluster for all seasons, as long as they come in the order of the year.

    Backwards would be wrong for good reasons: a sign-in code is taken once, a key signs from its
    day on. Then a new cluster begins.
    """

    clock: Clock
    _stack: ExitStack = field(default_factory=ExitStack)
    _running: Distributed | None = None
    _day: str = ""

    def on(self, day: str) -> Distributed:
        if self._running is None or day < self._day:
            self.close()
            system = distributed_system(command=self.clock.command)
            self._running = self._stack.enter_context(system)
        self._day = day
        self._running.wait_for_clock()
        return self._running

    def close(self) -> None:
        self._running = None
        self._stack.close()


@pytest.fixture(scope="session")
def seasons(clock: Clock) -> Iterator[Seasons]:
    kept = Seasons(clock)
    yield kept
    kept.close()


@pytest.fixture(scope="module", params=FORMS_OF_A_SEASON)
def season(
    request: pytest.FixtureRequest,
    clock: Clock,
    seasons: Seasons,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Journey]:
    """A system on the day that the module names as `DAY`."""
    with clock.at(request.module.DAY):
        if request.param == "embedded":
            with running(tmp_path_factory.mktemp("season")) as then:
                yield replace(then, clock=clock)
        else:
            yield Journey(seasons.on(request.module.DAY), clock)
