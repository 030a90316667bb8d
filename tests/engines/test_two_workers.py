"""Two workers of every service at once: nothing is done twice, nothing in another order."""

from collections import Counter
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from typing import Any

import pytest
from sqlalchemy import select

from chassis.process import runtime as runtimes
from chassis.process.regions import all_regions
from tests.builders.distributed import Distributed
from tests.builders.pdfs import a_pdf
from tests.builders.shared import ON_THE_SHARED_CLUSTER
from tests.journeys.journey import Filed, people_of
from tests.journeys.standing_in import delegate, end

pytestmark = [*ON_THE_SHARED_CLUSTER, pytest.mark.prove(part="rest")]
SERVICES = ("identity", "proposal", "documents", "notification")
FILED = 8
TOLD = ["proposal.submitted.v1", "proposal.withdrawn.v1"]
Rows = list[Mapping[str, Any]]


def rows(system: Distributed, service: str, table: str) -> Rows:
    app = system.apps[service]
    with app.app_context(), all_regions():
        db = runtimes.of(app).db
        rows = list(db.session.execute(select(db.metadata.tables[table])).mappings())
        db.session.rollback()
    return rows


@pytest.fixture(scope="module")
def before(shared_cluster: Distributed) -> dict[str, int]:
    """How far each inbox had come; what others did before is not looked at."""
    inboxes = {name: rows(shared_cluster, name, "inbox") for name in SERVICES}
    return {name: max((row["sequence"] for row in inboxes[name]), default=0) for name in SERVICES}


@pytest.fixture(scope="module")
def two_each(shared_cluster: Distributed, before: dict[str, int]) -> Iterator[Distributed]:
    for name in SERVICES:
        shared_cluster.supervisor.scale(f"{name}-worker", 2)
    yield shared_cluster
    for name in SERVICES:
        shared_cluster.supervisor.scale(f"{name}-worker", 1)


@pytest.fixture(scope="module")
def filed(two_each: Distributed) -> list[Filed]:
    """The main job, and a batch of proposals, which is returned.

    Each is withdrawn at once: two events of one subject close together, and a person may not
    have more than three under way.
    """
    journey = people_of(two_each)
    done = journey.bebas_hukdis()
    done.approve_up_to("processing")
    receipt = journey.upload("bkpsdm_admin", a_pdf("Surat"), name="surat.pdf")["receipt"]
    done.give_result("ms", receipt=receipt)
    batch = []
    for number in range(FILED):
        batch.append(journey.bebas_hukdis())
        batch[-1].withdraw()
        if number % 2:
            end(journey, delegate(journey, "division_head"))  # what identity says, proposal hears
    journey.settle()
    return batch


def heard(system: Distributed, name: str, before: Mapping[str, int]) -> Rows:
    since = [row for row in rows(system, name, "inbox") if row["sequence"] > before[name]]
    return sorted(since, key=lambda row: (row["done_at"], row["sequence"]))


def test_there_really_are_two_and_both_worked(two_each, before, filed):
    workers = [row for row in two_each.supervisor.status() if row["kind"] == "worker"]
    shares = Counter(row["claimed_by"] for row in heard(two_each, "notification", before))

    assert Counter(row["name"] for row in workers) == dict.fromkeys(SERVICES, 2)
    assert all(row["ready"] for row in workers)
    assert len(shares) >= 2, shares


def test_everybody_is_told_each_thing_once(two_each, filed):
    notices = rows(two_each, "notification", "notices")
    applicant = applicant_of(two_each)
    subjects = {f"proposal/{proposal.id}" for proposal in filed}
    told = Counter(
        (row["subject"], row["event_type"])
        for row in notices
        if row["recipient_id"] == applicant and row["subject"] in subjects
        if row["event_type"] in TOLD
    )
    each = [(row["event_id"], row["recipient_id"], row["rule"]) for row in notices]

    assert len(each) == len(set(each))
    assert told == {(subject, kind): 1 for subject in subjects for kind in TOLD}


def applicant_of(system: Distributed) -> Any:
    nip = system.account("applicant").nip
    return next(row["id"] for row in rows(system, "identity", "employees") if row["nip"] == nip)


def test_each_mail_is_sent_once(two_each, filed):
    mails = [
        message_from_bytes(path.read_bytes()) for path in (two_each.data_dir / "mail").glob("*.eml")
    ]
    by_mail = [
        row for row in rows(two_each, "notification", "deliveries") if row["channel"] == "email"
    ]
    sent = [row for row in by_mail if row["state"] != "skipped"]

    assert len(mails) == len({mail["Message-ID"] for mail in mails})
    assert Counter((row["state"], row["attempts"]) for row in sent) == {("sent", 1): len(mails)}
    assert len(mails) >= FILED * len(TOLD)


@pytest.mark.parametrize("name", ["proposal", "documents", "notification"])
def test_each_subject_is_handled_in_order_and_each_event_once(two_each, before, filed, name):
    handled = heard(two_each, name, before)
    by_subject: dict[tuple[str, str], list[int]] = {}
    for row in handled:
        by_subject.setdefault((row["source"], row["subject"]), []).append(row["position"])

    assert {(row["status"], row["attempts"]) for row in handled} == {("done", 0)}
    assert {k: v for k, v in by_subject.items() if v != sorted(set(v))} == {}
