"""Everything that is asked reads what it shows on PostgreSQL, however much there is."""

from collections.abc import Iterator

import pytest

from chassis.process.manifest import discover, load
from chassis.process.regions import in_region
from ops.engines.postgres import Postgres
from tests.builders.databases import database_on
from tests.builders.growth import ASKED, GROWN, MORE, SIZE, most_rows
from tests.builders.plans import rows_read
from tests.builders.service import Service, let_go, under_test
from tests.engines.test_lists_on_postgres import _analyse

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def filled(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Service]]:
    services = {}
    for name, grown in GROWN.items():
        settings = database_on(postgres, name, tmp_path_factory.mktemp(name))
        services[name] = under_test(load(discover()[name].app)(settings))
        grown.fill(services[name], SIZE)
        _analyse(postgres.owner_url(name))
    yield services
    for service in services.values():
        let_go(service.app)


@pytest.mark.parametrize(("service", "question"), [asked for asked in ASKED if asked not in MORE])
def test_a_question_reads_what_it_shows(filled, service, question):
    app, ask = filled[service].app, GROWN[service].questions[question]

    with app.app_context(), in_region("demo"):
        session = filled[service].runtime.db.session()
        ask()  # what is read once per change of the offices is read here
        seen = rows_read(session, ask)

    assert seen <= most_rows(service, question)
