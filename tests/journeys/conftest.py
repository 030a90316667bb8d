"""One system for all journeys of today, and one per season for those that need a date."""

from collections.abc import Iterator

import pytest

from tests.journeys.journey import Journey, running, running_at


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with running(tmp_path_factory.mktemp("today")) as today:
        yield today


@pytest.fixture(scope="module")
def season(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Journey]:
    """A system on the day that the module names as `DAY`."""
    with running_at(request.module.DAY, tmp_path_factory.mktemp("season")) as then:
        yield then
