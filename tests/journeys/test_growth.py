"""Everything that is asked reads what it shows on SQLite, however much there is."""

from collections.abc import Iterator

import pytest

from chassis.process.regions import in_region
from tests.builders.growth import ASKED, GROWN, MORE, SIZE, STEPS_A_ROW, most_rows
from tests.builders.plans import watched
from tests.builders.service import Service, let_go, one_service

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Service]]:
    services = {}
    for name, grown in GROWN.items():
        services[name] = one_service(name, tmp_path_factory.mktemp(name))
        grown.fill(services[name], SIZE)
    yield services
    for service in services.values():
        let_go(service.app)


@pytest.mark.parametrize(("service", "question"), [asked for asked in ASKED if asked not in MORE])
def test_a_question_reads_what_it_shows(filled, service, question):
    app, ask = filled[service].app, GROWN[service].questions[question]

    with app.app_context(), in_region("demo"):
        ask()  # what is read once per change of the offices is read here
        seen = watched(filled[service].runtime.db.engine, ask)

    assert seen.steps <= STEPS_A_ROW * most_rows(service, question)
