"""Journeys wait until all is settled; a wait that ended early would hide what comes late."""

from pathlib import Path

from sqlalchemy import update

from chassis.process import runtime as runtimes
from chassis.process.regions import all_regions
from tests.builders.settling import under_way
from tests.journeys.journey import Journey, running


def set_deliveries(journey: Journey, state: str) -> None:
    app = journey.system.apps["notification"]
    deliveries = runtimes.of(app).db.metadata.tables["deliveries"]
    with app.app_context(), all_regions(), runtimes.of(app).db.transaction() as session:
        session.execute(update(deliveries).values(state=state))


def test_what_was_said_is_under_way_until_all_who_hear_it_have_handled_it(tmp_path: Path) -> None:
    with running(tmp_path) as journey:
        journey.bebas_hukdis()

        assert "notification: proposal.submitted.v1" in under_way(journey.system.apps)
        assert "proposal: a timer of proposal.make_receipt" in under_way(journey.system.apps)
        journey.settle()
        assert under_way(journey.system.apps) == []
        set_deliveries(journey, "sending")
        assert "notification: a message by email" in under_way(journey.system.apps)
