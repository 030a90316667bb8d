"""A service that lost its database, or came late, knows again what the others have said.

The bus plays no part in it: what is rebuilt comes from the feeds. What a service alone knows
(a proposal itself, a document's bytes) comes from a backup, not from here. Where a database is
dropped the form is the embedded one, whose databases are files that a test may delete.
"""

import argparse
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from chassis.process import runtime as runtimes
from chassis.process.regions import all_regions
from chassis.run import worker
from chassis.run.worker import Worker
from ops import dead, operator
from ops.speech import Stop
from tests.builders.form import Form
from tests.builders.system import demo_system
from tests.journeys.journey import PUBLIC_URL, Filed, Journey

pytestmark = pytest.mark.slow

COPIES = {
    "proposal": ("employees", "units", "role_grants", "delegations"),
    "notification": ("employees", "units", "role_grants"),
}


@contextmanager
def running_on(folder: Path) -> Iterator[Journey]:
    system = demo_system(folder, public_url=PUBLIC_URL)
    try:
        yield Journey(system)
    finally:
        system.close()


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The folder of a system in which one proposal was completed and one was submitted."""
    folder = tmp_path_factory.mktemp("lived-in")
    with running_on(folder) as journey:
        done = finished(journey)
        waiting = journey.bebas_hukdis()
        journey.settle()
    return folder, done.id, waiting.id


def finished(journey: Journey) -> Filed:
    done = journey.bebas_hukdis()
    done.approve_up_to("processing")
    receipt = journey.upload("bkpsdm_admin", name="surat.pdf")["receipt"]
    done.give_result("ms", receipt=receipt)
    journey.settle()
    return done


@pytest.fixture
def left(lived_in: tuple[Path, str, str], tmp_path: Path) -> Path:
    """A copy of that folder, with nothing running on it."""
    folder = tmp_path / "data"
    shutil.copytree(lived_in[0], folder)
    return folder


def drop(folder: Path, service: str) -> None:
    found = list(folder.glob(f"{service}.db*"))
    assert found
    for path in found:
        path.unlink()


def tables(app: Flask) -> dict[str, Any]:
    return dict(runtimes.of(app).db.metadata.tables)


def copies(system: Form, service: str) -> dict[str, set[str]]:
    app = system.apps[service]
    with app.app_context(), all_regions():
        session = runtimes.of(app).db.session
        return {
            name: {spelt(row) for row in session.execute(select(tables(app)[name])).all()}
            for name in COPIES[service]
        }


def spelt(row: Any) -> str:
    return json.dumps(list(row), sort_keys=True, default=str)


def count(system: Form, service: str, table: str, **where: Any) -> int:
    app = system.apps[service]
    wanted = select(func.count()).select_from(tables(app)[table])
    for name, value in where.items():
        wanted = wanted.where(tables(app)[table].c[name] == value)
    with app.app_context(), all_regions():
        return int(runtimes.of(app).db.session.scalar(wanted) or 0)


def forget(system: Form, service: str, *names: str) -> None:
    """Empty tables of a service, as a mishap might."""
    app = system.apps[service]
    with app.app_context(), all_regions(), runtimes.of(app).db.transaction() as session:
        for name in names:
            session.execute(delete(tables(app)[name]))


def mails(folder: Path) -> set[str]:
    return {path.name for path in (folder / "mail").glob("*.eml")}


def operating(journey: Journey) -> operator.Operator:
    return operator.sign_in(journey.web, journey.system.data_dir)


def rebuild(journey: Journey, service: str) -> int:
    """As `./simpul replay SERVICE --from-beginning` does."""
    path = f"/api/{service}/v1/reconcile"
    found = operating(journey).post(path, {"from_beginning": True})["count"]
    journey.settle()
    return int(found)


def archived(filed: Filed) -> list[dict[str, Any]]:
    number = filed.seen_by()["number"]
    owner = filed.journey.person(filed.applicant)
    found = owner.get("/api/documents/v1/documents?limit=100")["data"]
    return [event for event in found if event["number"] == number]


def suppressed(journey: Journey) -> list[dict[str, Any]]:
    path = "/api/notification/v1/dead?status=suppressed"
    found: list[dict[str, Any]] = operating(journey).get(path)["data"]
    return found


@pytest.mark.parametrize("service", ["proposal", "notification"])
def test_a_service_whose_database_was_dropped_knows_the_others_again(lived_in, left, service):
    with running_on(lived_in[0]) as before:
        known = copies(before.system, service)
    drop(left, service)

    with running_on(left) as journey:
        assert rebuild(journey, service) > 0
        assert copies(journey.system, service) == known
        assert min(len(known[name]) for name in ("employees", "units", "role_grants")) > 3
        assert rebuild(journey, service) == 0


def test_a_proposal_can_be_filed_and_decided_after_proposals_database_was_dropped(left):
    drop(left, "proposal")

    with running_on(left) as journey:
        rebuild(journey, "proposal")
        filed = journey.bebas_hukdis()
        filed.decide("approve", by="umpeg")

        assert filed.stage == "opd_head_approval"
        assert [notice["rule"] for notice in journey.notices("applicant", filed.id)] == [
            "proposal_submitted",
            "proposal_advanced",
        ]


def test_copies_that_were_emptied_come_back_and_the_proposals_stay(lived_in, left):
    with running_on(left) as journey:
        known = copies(journey.system, "proposal")
        forget(journey.system, "proposal", "inbox", "feed_cursors", *COPIES["proposal"])

        assert rebuild(journey, "proposal") > 0
        assert copies(journey.system, "proposal") == known
        assert Filed(journey, "applicant", lived_in[2]).stage == "umpeg_verification"


def test_the_archive_comes_back_from_the_log_of_issued_documents(journey):
    done = finished(journey)
    listed = archived(done)
    forget(journey.system, "documents", "inbox", "feed_cursors", "archive_entries", "employees")
    assert (len(listed), archived(done)) == (1, [])

    assert rebuild(journey, "documents") > 0
    assert archived(done) == listed
    assert done.open_document("result", by="applicant").startswith(b"%PDF")


def test_a_rebuilt_notification_service_sends_no_old_notice_again(lived_in, left):
    sent = mails(left)
    drop(left, "notification")

    with running_on(left) as journey:
        rebuild(journey, "notification")
        rebuild(journey, "notification")

        assert sent
        assert mails(left) == sent
        assert count(journey.system, "notification", "notices") == 0
        told = {(event["type"], event["subject"]) for event in suppressed(journey)}
        for proposal, happened in ((lived_in[1], "completed"), (lived_in[2], "submitted")):
            assert (f"proposal.{happened}.v1", f"proposal/{proposal}") in told


def test_what_happens_after_the_rebuild_is_told_once(lived_in, left):
    drop(left, "notification")

    with running_on(left) as journey:
        rebuild(journey, "notification")
        sent = mails(left)
        Filed(journey, "applicant", lived_in[2]).decide("approve", by="umpeg")

        told = journey.notices("applicant", lived_in[2])
        rebuild(journey, "notification")
        assert [notice["event_type"] for notice in told] == ["proposal.advanced.v1"]
        assert journey.notices("applicant", lived_in[2]) == told
        assert len(mails(left) - sent) == 1


def test_an_old_notice_is_listed_and_can_be_released_alone(lived_in, left, capsys):
    drop(left, "notification")

    with running_on(left) as journey:
        rebuild(journey, "notification")
        sent, listed = mails(left), suppressed(journey)
        wanted = next(event for event in listed if event["subject"] == f"proposal/{lived_in[2]}")
        dead.show(operating(journey), ["notification"], "suppressed")
        assert wanted["event_id"] in capsys.readouterr().out

        dead.replay(operating(journey), ["notification"], wanted["event_id"], "suppressed")
        told = journey.notices("applicant", lived_in[2])

        assert [notice["event_type"] for notice in told] == ["proposal.submitted.v1"]
        assert len(mails(left) - sent) == 1
        assert len(suppressed(journey)) == len(listed) - 1


def test_old_notices_are_never_released_all_at_once(tmp_path):
    parser = argparse.ArgumentParser()
    dead.configure(parser)
    options = parser.parse_args(["replay", "--suppressed", "--data", str(tmp_path)])

    with pytest.raises(Stop, match="--event"):
        dead.run(options)


def test_a_service_that_comes_late_catches_up_by_itself(left):
    drop(left, "notification")

    with running_on(left) as journey:
        late = journey.system.apps["notification"]
        others = [app for name, app in journey.system.apps.items() if name != "notification"]
        worker.drain(*others)
        known = copies(journey.system, "proposal")["units"]
        working = Worker(late)
        working.start()
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not caught_up(journey.system, len(known)):
                time.sleep(0.05)  # the loops run on their own time here, as they do when it counts
        finally:
            working.stop()

        assert caught_up(journey.system, len(known))


def caught_up(system: Form, units: int) -> bool:
    waiting = count(system, "notification", "inbox", status="pending")
    return waiting == 0 and count(system, "notification", "units") == units
