"""Every event three times and in disorder through a real broker, and a poisoned one among them."""

import random
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select

from chassis.data import postgres as rules
from chassis.events import dead
from chassis.events.bus import BusUnavailable
from chassis.events.bus.amqp import RabbitBus
from chassis.events.inbox import EventData, hear
from chassis.process.regions import in_region
from chassis.run.worker import Worker
from ops.engines.postgres import Postgres
from ops.engines.rabbit import BrokerUser, Rabbit
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.letters import app as letters_app
from tests.builders.letters.models import Heard, db
from tests.builders.service import settings_for, under_test
from tests.chassis.test_events import note
from tests.faults.processes import wait_for

pytestmark = pytest.mark.live
TYPES = ("note.written.v1",)
SUBJECTS, EACH, COPIES = 25, 4, 3


@pytest.fixture(scope="module")
def engines():
    users = {"notes": BrokerUser("one", publishes=TYPES), "letters": BrokerUser("two")}
    with or_skipped(), engine_folder() as folder:
        broker, database = Rabbit(folder / "rabbit", users), Postgres(folder / "postgres")
        broker.start()
        database.start()
        database.add_databases({"letters": "secret"})
        owner = create_engine(database.owner_url("letters"))
        db.metadata.create_all(owner)
        owner.dispose()
        rules.protect(database.owner_url("letters"), "letters", db.metadata)
        yield broker, database
        database.stop()
        broker.stop()


@pytest.fixture
def letters(engines, tmp_path):
    broker, database = engines
    settings = {
        "DATABASE_URL_LETTERS": database.service_url("letters", "secret"),
        "BUS_URL": broker.url("letters"),
        "RECONCILE_EVERY": "0",
    }
    app = letters_app.create_app(settings_for("letters", tmp_path, **settings))
    service = under_test(app)
    service.runtime.bus.declare("letters", TYPES)
    worker = Worker(app)
    worker.start()
    yield service
    assert worker.stop()
    with app.app_context():
        service.runtime.bus.close()
        db.session.remove()
        db.engine.dispose()


def test_copies_have_no_effect_poison_is_parked_and_can_be_handled_later(engines, letters):
    broker, _database = engines
    events = [
        note(f"{subject}.{position}", subject=f"note/{subject}", position=position)
        for subject in range(SUBJECTS)
        for position in range(1, EACH + 1)
    ]
    poison = note("poison", subject="note/poison")
    deliveries = [*events, poison] * COPIES
    random.Random(11).shuffle(deliveries)
    publish(RabbitBus(broker.url("notes"), "notes"), deliveries)

    took = wait_for(lambda: left(letters) == 0, 90)
    parked = dead_list(letters)
    texts, order = heard(letters), by_subject(letters)
    keeping = hear(lambda event: kept.append(event.id), replay="rebuild", reads=EventData())
    letters.runtime.heard = {TYPES[0]: keeping}
    kept = []
    replayed = letters.call(
        "POST",
        "/api/letters/v1/dead/replay",
        token=letters.client("svc-ops", "ops"),
        json={},
        headers={"Idempotency-Key": str(uuid4())},
    )
    wait_for(lambda: left(letters) == 0 and not dead_list(letters), 30)

    print(f"{len(deliveries)} deliveries of {len(events) + 1} events handled within {took:.1f} s")
    assert texts == sorted(event.data["text"] for event in events)
    assert len(order) == SUBJECTS
    assert [(event["event_id"], event["attempts"]) for event in parked] == [(poison.id, 3)]
    assert replayed.json == {"count": 1}
    assert kept == [poison.id]


def publish(bus, events):
    """As a publisher does: again until it is confirmed."""
    for event in events:
        wait_for(lambda event=event: confirmed(bus, event), 30)
    bus.close()


def confirmed(bus, event):
    try:
        return list(bus.publish([event])) == [True]
    except BusUnavailable:
        return False


def left(letters):
    """Events heard and not done, or not heard yet."""
    with letters.app.app_context():
        inbox = db.plumbing.inbox
        states = [row.status for row in db.session.execute(select(inbox.c.status))]
        db.session.rollback()
    return SUBJECTS * EACH + 1 - sum(state != "pending" for state in states)


def dead_list(letters):
    with letters.app.app_context():
        found = dead.listed(letters.runtime)
        db.session.rollback()
    return found


def heard(letters):
    with letters.app.app_context(), in_region("demo"):
        texts = sorted(db.session.scalars(select(Heard.text)))
        db.session.rollback()
    return texts


def by_subject(letters):
    """The subjects that have each of their events once."""
    with letters.app.app_context(), in_region("demo"):
        rows = db.session.execute(select(Heard.letter_id, Heard.version)).all()
        db.session.rollback()
    found = {}
    for subject, version in rows:
        found.setdefault(subject, []).append(version)
    return {one for one, versions in found.items() if len(versions) == len(set(versions)) == EACH}
