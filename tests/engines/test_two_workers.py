"""Two workers of every service at once: nothing is done twice, nothing in another order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from ops.cluster.instances import wait_settled
from ops.cluster.supervisor import Supervisor
from ops.demo import System, run_journey
from ops.journey.web import Web
from tests.builders.cluster import running_cluster
from tests.builders.engines import engine_folder
from tests.builders.form import Account, account_in
from tests.faults.processes import wait_for
from tests.journeys.journey import Journey

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.timeout(600)]
SERVICES = ("identity", "proposal", "documents", "notification")
FILED = 8
UNSENT = "SELECT 1 FROM deliveries WHERE state IN ('pending', 'sending')"
TOLD = ["proposal.submitted.v1", "proposal.withdrawn.v1"]


@dataclass
class Remote:
    """What a journey needs to know of a system it reaches over HTTP only."""

    supervisor: Supervisor

    @property
    def public_url(self) -> str:
        return self.supervisor.plan.public_url

    @property
    def data_dir(self) -> Path:
        return self.supervisor.plan.folder

    @property
    def web(self) -> Web:
        return Web(self.public_url)

    def account(self, key: str) -> Account:
        return account_in(self.data_dir, key)

    def settle(self) -> None:
        """Wait until the workers have nothing left to do."""
        services = [self.supervisor.parts[name] for name in SERVICES]
        assert wait_settled([web for part in services for web in part.webs], 120)
        wait_for(lambda: not self.rows("notification", UNSENT), 120)

    def rows(self, service: str, statement: str) -> list[Any]:
        engine = create_engine(self.supervisor.engines["postgres"].owner_url(service))
        with engine.connect() as connection:
            connection.execute(text("SET simpul.region = '*'"))
            found = list(connection.execute(text(statement)))
        engine.dispose()
        return found


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    with engine_folder() as place, running_cluster(place / "cluster") as supervisor:
        for name in SERVICES:
            supervisor.scale(f"{name}-worker", 2)
        yield Remote(supervisor)


@pytest.fixture(scope="module")
def filed(remote: Remote) -> list[str]:
    """The main job, and a batch of proposals; returns the batch's ids.

    Each is withdrawn at once: two events of one subject close together, and a person may not
    have more than three under way.
    """
    run_journey(System(remote.public_url, remote.data_dir))
    journey = Journey(remote)  # type: ignore[arg-type]
    batch = []
    for _ in range(FILED):
        batch.append(journey.bebas_hukdis())
        batch[-1].withdraw()
    remote.settle()
    return [one.id for one in batch]


def test_there_really_are_two_and_both_worked(remote, filed):
    rows = [row for row in remote.supervisor.status() if row["kind"] == "worker"]
    shares = remote.rows(
        "notification", "SELECT claimed_by, count(*) FROM inbox WHERE status = 'done' GROUP BY 1"
    )

    assert Counter(row["name"] for row in rows) == dict.fromkeys(SERVICES, 2)
    assert all(row["ready"] for row in rows)
    assert len(shares) >= 2, shares


def test_everybody_is_told_each_thing_once(remote, filed):
    notices = remote.rows(
        "notification", "SELECT subject, event_type, event_id, recipient_id, rule FROM notices"
    )
    applicant = applicant_of(remote)
    applicants = Counter(
        (row.subject, row.event_type)
        for row in notices
        if row.recipient_id == applicant and row.subject.split("/")[1] in filed
        if row.event_type in TOLD
    )

    assert len(notices) == len({tuple(row) for row in notices})
    assert applicants == {(f"proposal/{one}", kind): 1 for one in filed for kind in TOLD}


def applicant_of(remote: Remote) -> Any:
    nip = remote.account("applicant").nip
    (row,) = remote.rows("identity", f"SELECT id FROM employees WHERE nip = '{nip}'")  # noqa: S608
    return row.id


def test_each_mail_is_sent_once(remote, filed):
    mails = [message_from_bytes(path.read_bytes()) for path in mails_of(remote)]
    sent = remote.rows(
        "notification",
        "SELECT state, attempts FROM deliveries WHERE channel = 'email' AND state <> 'skipped'",
    )

    assert len(mails) == len({mail["Message-ID"] for mail in mails})
    assert Counter(tuple(row) for row in sent) == {("sent", 1): len(mails)}
    assert len(mails) >= FILED * len(TOLD)


def mails_of(remote: Remote) -> list[Path]:
    return sorted((remote.data_dir / "mail").glob("*.eml"))


@pytest.mark.parametrize("name", ["proposal", "documents", "notification"])
def test_each_subject_is_handled_in_order_and_each_event_once(remote, filed, name):
    rows = remote.rows(
        name,
        "SELECT source, subject, position, status, attempts FROM inbox ORDER BY done_at, sequence",
    )
    by_subject: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        by_subject.setdefault((row.source, row.subject), []).append(row.position)

    assert {(row.status, row.attempts) for row in rows} == {("done", 0)}
    assert {k: v for k, v in by_subject.items() if v != sorted(set(v))} == {}
    assert rows
