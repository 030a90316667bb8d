"""One system of each form for all journeys of today, and one per season for those with a date.

The same journeys must pass in both forms; `distributed` is live and needs the engines.
"""

from collections.abc import Iterator

import pytest

from tests.journeys.journey import Journey, running, running_at, running_distributed

# One cluster serves all of today's journeys, so one process of the test run takes them all.
FORMS = [
    pytest.param("embedded"),
    pytest.param(
        "distributed",
        marks=[
            pytest.mark.live,
            pytest.mark.timeout(600),
            pytest.mark.xdist_group("journeys in a cluster"),
        ],
    ),
]


@pytest.fixture(scope="session", params=FORMS)
def journey(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    embedded = request.param == "embedded"
    form = running(tmp_path_factory.mktemp("today")) if embedded else running_distributed()
    with form as today:
        yield today


@pytest.fixture(scope="module")
def season(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    """A system on the day that the module names as `DAY`."""
    with running_at(request.module.DAY, tmp_path_factory.mktemp("season")) as then:
        yield then
