"""The same promises on PostgreSQL, and those only it can keep."""

import threading
import time
from collections import Counter
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, event, select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from chassis.data import db as database
from chassis.data import postgres as rules
from chassis.process.regions import all_regions, in_region
from chassis.run import worker
from ops.engines.postgres import Postgres
from tests.builders.engines import engine_folder
from tests.builders.letters.app import create_app, write
from tests.builders.letters.models import Heard, Letter, db
from tests.builders.rabbit import publish
from tests.builders.service import settings_for, under_test
from tests.chassis.test_events import heard, note

pytestmark = pytest.mark.live
LETTERS = "/api/letters/v1/letters"


@pytest.fixture
def app(letters):
    with letters.app.app_context():
        yield letters.app


def texts() -> list[str]:
    return sorted(db.session.scalars(select(Letter.text)))


@pytest.fixture
def without_the_filter():
    """The mutant: the application forgets to filter by region."""
    hook = (db.session, "do_orm_execute", database._filter_by_region)
    assert event.contains(*hook)
    event.remove(*hook)
    yield
    event.listen(*hook)


def test_row_security_holds_when_the_applications_filter_is_gone(app, without_the_filter):
    for region in ("north", "south"):
        with in_region(region), db.transaction() as session:
            session.add(Letter(text=region))

    with in_region("north"):
        assert texts() == ["north"]
        with db.transaction() as session:
            assert session.execute(update(Letter).values(text="mine")).rowcount == 1
    db.session.rollback()
    assert texts() == []
    with all_regions():
        db.session.rollback()
        assert texts() == ["mine", "south"]


def test_the_region_follows_within_one_transaction_and_ends_with_it(app):
    for region in ("north", "south"):
        with in_region(region), db.transaction() as session:
            session.add(Letter(text=region))

    with in_region("north"):
        assert texts() == ["north"]
    with in_region("south"):
        assert texts() == ["south"]
    with all_regions():
        assert texts() == ["north", "south"]


def test_a_thousand_interleaved_requests_on_few_connections_leak_nothing(letters, app):
    for region in ("north", "south"):
        with in_region(region), db.transaction() as session:
            session.add(Letter(text=region))
    tokens = {r: letters.person(uuid4(), "letters", region=r) for r in ("north", "south")}
    leaks: list[object] = []

    def read(region: str) -> None:
        for _ in range(125):
            body = letters.call("GET", LETTERS, token=tokens[region]).json
            if [row["text"] for row in body["data"]] != [region]:
                leaks.append(body)

    threads = [threading.Thread(target=read, args=(r,)) for r in ("north", "south") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)

    assert leaks == []


def test_of_many_officers_at_once_one_wins(app):
    with in_region("demo"), db.transaction() as session:
        session.add(Letter(text="undecided"))
    outcome: Counter[int] = Counter()

    def decide() -> None:
        with app.app_context(), in_region("demo"), db.transaction() as session:
            outcome[
                session.execute(
                    update(Letter).where(Letter.version == 1).values(version=2)
                ).rowcount
            ] += 1

    officers = [threading.Thread(target=decide) for _ in range(20)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join(30)

    assert outcome == {1: 1, 0: 19}


def test_the_same_key_at_once_has_one_effect(letters):
    token = letters.person(uuid4(), "letters")
    statuses: Counter[int] = Counter()

    def send() -> None:
        answer = letters.call(
            "POST", LETTERS, token=token, json={"text": "x"}, headers={"Idempotency-Key": "k"}
        )
        statuses[answer.status_code] += 1

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len(letters.recorded()) == 1


def test_events_travel_and_are_handled_once_with_two_workers(make_letters):
    one, two = make_letters(), make_letters()
    events = [note(str(n), subject=f"note/{n % 5}", position=n) for n in range(1, 41)]
    workers = [worker.Worker(each.app) for each in (one, two)]
    for each in workers:
        each.start()
    for told in events:
        publish(one.runtime.bus, told)
        publish(two.runtime.bus, told)
    deadline = time.monotonic() + 30
    while len(heard(one)) < 40 and time.monotonic() < deadline:
        time.sleep(0.05)
    for each in workers:
        assert each.stop()

    done = [int(text) for text in heard(one)]
    assert sorted(done) == list(range(1, 41))
    for subject in range(5):
        mine = [number for number in done if number % 5 == subject]
        assert mine == sorted(mine)


def test_a_commit_elsewhere_wakes_this_processs_loops(make_letters):
    here, elsewhere = make_letters(), make_letters()
    for loop in here.runtime.loops:
        loop.every = 120.0 if loop.name != "listener" else 0.0
    running = worker.Worker(here.app)
    running.start()
    arrived = threading.Event()
    here.runtime.bus.hear("ear", ["letter.written.v1"], lambda _event: arrived.set())
    with elsewhere.app.app_context(), in_region("demo"):
        # Each but the first comes when all loops have had their turn and would sleep for long.
        for number in range(5):
            arrived.clear()
            write(f"from another process, {number}")
            assert arrived.wait(60), number

    assert running.stop()


def test_a_process_is_not_woken_by_its_own_commit_a_second_time(make_letters):
    here, elsewhere = make_letters(), make_letters()
    [listening] = [loop for loop in here.runtime.loops if loop.name == "listener"]
    woken = []
    for loop in here.runtime.loops:
        loop.wake.set = lambda topic=loop.topic: woken.append(topic)

    def heard_of(service):
        del woken[:]
        with service.app.app_context(), in_region("demo"):
            write("a fact")
        with here.app.app_context():
            for _ in range(3):
                listening.run()
        return woken

    with here.app.app_context():
        listening.run()
    assert heard_of(here) == ["relay"]
    assert heard_of(elsewhere) == ["relay"]
    with here.app.app_context():
        listening.stop()


def test_a_server_that_may_forget_commits_is_refused():
    with engine_folder() as folder:
        server = Postgres(folder / "postgres", settings=("fsync=off", "synchronous_commit=off"))
        server.start()
        engine = create_engine(server.owner_url())
        with pytest.raises(rules.UnsafeServer, match="fsync, synchronous_commit"):
            rules.check_durability(engine)
        engine.dispose()
        server.stop()


def test_a_database_that_is_away_is_a_clear_503_and_comes_back_by_itself(tmp_path):
    with engine_folder() as folder:
        server = Postgres(folder / "postgres")
        server.start()
        server.add_databases({"letters": "secret"})
        owner = create_engine(server.owner_url("letters"))
        db.metadata.create_all(owner)
        owner.dispose()
        rules.protect(server.owner_url("letters"), "letters", db.metadata)
        postgres_url = server.service_url("letters", "secret")
        letters = under_test(
            create_app(settings_for("letters", tmp_path) | {"DATABASE_URL_LETTERS": postgres_url})
        )
        token = letters.person(uuid4(), "letters")
        assert letters.call("GET", LETTERS, token=token).status_code == 200
        server.child.kill()

        started = time.monotonic()
        answer = letters.call("POST", LETTERS, token=token, json={"text": "x"})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert time.monotonic() - started < 5

        server.start()
        assert letters.call("POST", LETTERS, token=token, json={"text": "x"}).status_code == 201
        with letters.app.app_context():
            db.session.remove()
            db.engine.dispose()
        server.stop()


def test_a_connection_that_breaks_within_a_transaction_is_an_outage_not_a_fault(app, postgres):
    engine = create_engine(postgres.owner_url("letters"))
    with engine.connect() as owner, in_region("demo"):
        with pytest.raises(OperationalError), db.transaction() as session:
            mine = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
            owner.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")
            session.scalars(select(Letter)).all()
    engine.dispose()

    with in_region("demo"):
        assert texts() == []


def test_the_services_role_owns_nothing_and_cannot_turn_row_security_off(app):
    for statement in (
        "ALTER TABLE letters DISABLE ROW LEVEL SECURITY",
        "DROP TABLE letters",
        "CREATE TABLE mine (id int)",
    ):
        with pytest.raises(ProgrammingError), db.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_every_region_table_forces_row_security(app):
    with db.engine.connect() as connection:
        forced = dict(
            connection.exec_driver_sql(
                "SELECT relname, relforcerowsecurity FROM pg_class WHERE relkind = 'r'"
            ).all()
        )

    assert forced["letters"] is True
    assert forced[Heard.__tablename__] is True


def policies(owner) -> dict[str, str]:
    found = owner.exec_driver_sql("SELECT tablename, qual FROM pg_policies").all()
    return dict(found)


def test_protecting_again_waits_for_no_request_and_stops_none(app, postgres):
    impatient = f"{postgres.owner_url('letters')}?options=-c%20lock_timeout%3D500"
    with in_region("demo"), db.transaction() as session:
        session.scalars(select(Letter)).all()

        rules.protect(impatient, "letters", db.metadata)


@pytest.mark.parametrize(
    "change",
    [
        "DROP POLICY region ON letters",
        "ALTER TABLE letters NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY region ON letters; CREATE POLICY region ON letters USING (true)",
    ],
)
def test_a_table_that_lost_its_protection_gets_it_back(app, postgres, change):
    engine = create_engine(postgres.owner_url("letters"))
    with engine.begin() as owner:
        before = policies(owner)
        owner.exec_driver_sql(change)

    rules.protect(postgres.owner_url("letters"), "letters", db.metadata)

    with engine.connect() as owner:
        assert policies(owner) == before
    engine.dispose()
    test_every_region_table_forces_row_security(app)
