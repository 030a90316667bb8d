"""The previous release and today's code side by side, forward, back and forward again, under load.

Both run with the same Python environment, so their dependencies must be compatible; a release
that changes them incompatibly needs an environment of its own here and wherever it is installed.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chassis.events.envelope import Event
from ops.cluster import plan
from ops.cluster.instances import ROOT, Instance
from ops.demo import demo_credentials
from ops.parts import FRONTS
from tests.builders.engines import engine_folder, or_skipped
from tests.faults import releases
from tests.faults.clerks import Load
from tests.faults.expected import hearers
from tests.faults.rolling import Rolling, requests_served

# Beside the other clusters, which a whole run waits for, and not in its first minutes: the gate and
# this at once are too much for two cores.
pytestmark = [
    pytest.mark.live,
    pytest.mark.alone,
    pytest.mark.timeout(1800),
    pytest.mark.xdist_group("upgrade"),
]

EACH_WAY = 5  # events that must have crossed between two releases, per direction
PATIENCE = 300.0  # a fuse
SETTINGS = {
    "PASSWORD_MEMORY_KIB": "1024",
    "UPLOADS_PER_DAY": "100000",
    "RECONCILE_EVERY": "0",  # what does not cross the bus is missed, not fetched
}


@pytest.fixture(scope="module")
def previous() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="simpul-previous-") as folder:
        yield releases.unpack_previous_release(Path(folder))


@pytest.fixture(scope="module")
def following() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="simpul-next-") as folder:
        yield releases.write_next_release(Path(folder))


@contextmanager
def running(previous: Path) -> Iterator[Rolling]:
    with engine_folder() as folder:
        with or_skipped():
            cluster = Rolling(plan.load(folder, 0), demo=True, root=previous, extra=SETTINGS)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def accounts(cluster: Rolling) -> dict[str, dict[str, Any]]:
    told = demo_credentials(cluster.plan.folder)
    return {account["key"]: {**account, "region": told["region"]} for account in told["accounts"]}


def rows(cluster: Rolling, service: str, question: str, **given: Any) -> list[tuple[Any, ...]]:
    url = cluster.engines["postgres"].owner_url(service).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode(), given).fetchall()


def eventually(what: str, holds: Callable[[], bool], load: Load | None = None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert load is None or load.failures == [], load.refusals
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.5)


def crossed(cluster: Rolling, since: datetime, worker: Instance) -> int:
    """Proposal's events recorded since then and handled by this worker of notification."""
    recorded = rows(
        cluster, "proposal", "SELECT id FROM outbox WHERE recorded_at > %(since)s", since=since
    )
    [(count,)] = rows(
        cluster,
        "notification",
        "SELECT count(*) FROM inbox WHERE status = 'done' AND event_id = ANY(%(ids)s)"
        " AND claimed_by LIKE %(pid)s",
        ids=[one for (one,) in recorded],
        pid=f"%:{worker.child.pid}",
    )
    return int(count)


def workers_of(cluster: Rolling, name: str) -> list[Instance]:
    everything = [*cluster.leaving[name], *cluster.parts[name].all]
    return [item for item in everything if item.kind == "worker"]


def both_answer(cluster: Rolling, name: str) -> bool:
    return all(requests_served(web) > 0 for web in cluster.parts[name].webs)


def both_handle(cluster: Rolling, since: datetime) -> bool:
    return all(crossed(cluster, since, item) > 0 for item in workers_of(cluster, "notification"))


def change(cluster: Rolling, load: Load, root: Path, *names: str) -> None:
    """Both versions at once on one schema for a while, then only the code of `root`."""
    since = datetime.now(UTC)
    cluster.join(root, names)
    for name in set(names) - set(FRONTS):
        eventually(f"both versions of {name} answer", lambda n=name: both_answer(cluster, n), load)
    if "notification" in names:
        eventually("both workers handle", lambda: both_handle(cluster, since), load)
    cluster.retire(names)


def events_cross(cluster: Rolling, load: Load) -> int:
    """From proposal as it runs now to notification as it runs now."""
    since, worker = datetime.now(UTC), cluster.parts["notification"].worker
    assert worker is not None
    eventually("events cross", lambda: crossed(cluster, since, worker) >= EACH_WAY, load)
    return crossed(cluster, since, worker)


def settle(cluster: Rolling) -> None:
    unpublished = "SELECT 1 FROM outbox WHERE published_at IS NULL"

    def quiet() -> bool:
        services = cluster.plan.manifests
        published = not any(rows(cluster, service, unpublished) for service in services)
        return published and not unhandled(cluster)

    eventually("everything recorded is published, and handled by all who hear it", quiet)


def recorded(cluster: Rolling) -> list[Event]:
    return [
        Event.from_json(body)
        for service in cluster.plan.manifests
        for (body,) in rows(cluster, service, "SELECT body FROM outbox")
    ]


def unhandled(cluster: Rolling) -> list[str]:
    """What a hearer did not get, dropped, parked or has not handled yet."""
    events, wrong = recorded(cluster), []
    for service in cluster.plan.manifests:
        inbox = dict(rows(cluster, service, "SELECT event_id, status FROM inbox"))
        types = hearers()[service]
        missed = [
            event for event in events if event.type in types and inbox.get(event.id) != "done"
        ]
        wrong += [f"{service}: {item.type} is {inbox.get(item.id)}" for item in missed]
    return wrong


def done_to_proposals(cluster: Rolling) -> Counter[tuple[str, str]]:
    question = "SELECT proposal_id::text, action FROM history_entries"
    return Counter(rows(cluster, "proposal", question))


def notices_due(cluster: Rolling) -> Counter[tuple[str, str, str]]:
    """Whom the rules tell of each event: those of the release whose worker handled it."""
    handled = rows(cluster, "notification", "SELECT event_id, claimed_by FROM inbox")
    release = {event: cluster.releases[int(worker.rpartition(":")[2])] for event, worker in handled}
    due: Counter[tuple[str, str, str]] = Counter()
    for root in set(release.values()):
        due += releases.notices_due(
            root, [event for event in recorded(cluster) if release.get(event.id) == root]
        )
    return due


def notices(cluster: Rolling) -> Counter[tuple[str, str, str]]:
    question = "SELECT event_id::text, rule, recipient_id::text FROM notices"
    return Counter(rows(cluster, "notification", question))


def forward_back_and_forward(
    cluster: Rolling, previous: Path, following: Path, load: Load
) -> dict[str, int]:
    """Every change of a deployment's life; how many events crossed in each state between them."""
    others = [name for name in cluster.parts if name != "notification"]
    ways: dict[str, int] = {}
    cluster.migrate_with(ROOT, "notification")
    change(cluster, load, ROOT, "notification")
    ways["old proposal to new notification"] = events_cross(cluster, load)
    for name in (item for item in others if item not in FRONTS):
        cluster.migrate_with(ROOT, name)
        change(cluster, load, ROOT, name)
    change(cluster, load, ROOT, *FRONTS)
    ways["all new, on the next schema"] = on_the_next_schema(cluster, load, following)
    change(cluster, load, previous, "notification")
    ways["new proposal to old notification"] = events_cross(cluster, load)
    cluster.migrate_with(previous, "notification")
    change(cluster, load, previous, *others)
    ways["all old again"] = events_cross(cluster, load)
    change(cluster, load, ROOT, *cluster.parts)
    ways["all new again"] = events_cross(cluster, load)
    return ways


def on_the_next_schema(cluster: Rolling, load: Load, following: Path) -> int:
    """The next release's migration, then today's again, as when it is taken back at once.

    From here on there is a schema under every release that is later than its own.
    """
    cluster.migrate_with(following, "notification")
    cluster.migrate_with(ROOT, "notification")
    assert [web.ready for web in cluster.parts["notification"].webs] == [True]
    return events_cross(cluster, load)


def forward_and_back(cluster: Rolling, previous: Path, load: Load) -> dict[str, int]:
    """Everything changes to today's code at once, and back on today's schema."""
    ways = {"old before": events_cross(cluster, load)}
    cluster.migrate_with(ROOT, *cluster.plan.manifests)
    change(cluster, load, ROOT, *cluster.parts)
    ways["all new"] = events_cross(cluster, load)
    cluster.migrate_with(previous, *cluster.plan.manifests)
    change(cluster, load, previous, *cluster.parts)
    ways["all old again"] = events_cross(cluster, load)
    return ways


Ways = Callable[[Rolling, Load], dict[str, int]]


def nothing_is_lost(previous: Path, go: Ways) -> None:
    """Go forward and back under load, then compare promises with what there is."""
    with running(previous) as cluster:
        settle(cluster)  # until identity's first events were heard there is no region to work in
        with Load(cluster.plan.public_url, accounts(cluster)) as load:
            ways = go(cluster, load)
        settle(cluster)
        sys.stdout.write(
            f"answers {dict(load.statuses)}, {load.acknowledged.total()} promises, {ways}"
        )

        assert load.failures == [], load.refusals
        # The last two only with a Retry-After, and then answered; see PatientWeb.
        assert set(load.statuses) <= {200, 201, 302, 303, 429, 503}
        assert min(ways.values()) >= EACH_WAY
        assert set(load.acknowledged.values()) == {1}
        assert done_to_proposals(cluster) == load.acknowledged
        assert unhandled(cluster) == []
        assert notices(cluster) == notices_due(cluster)


def test_the_previous_releases_data_and_people_go_forward_and_back_and_lose_nothing(previous):
    nothing_is_lost(previous, lambda cluster, load: forward_and_back(cluster, previous, load))


@pytest.mark.prove(part="upgrade")
def test_two_releases_run_side_by_side_part_by_part_and_lose_nothing(previous, following):
    nothing_is_lost(
        previous,
        lambda cluster, load: forward_back_and_forward(cluster, previous, following, load),
    )
