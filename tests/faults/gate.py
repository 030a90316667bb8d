"""The gate: proposals driven through the whole system while its processes die by a plan."""

import threading
import time
from dataclasses import dataclass

import psycopg

from tests.faults import books, report
from tests.faults.arena import Arena, arena
from tests.faults.judging import judge
from tests.faults.killer import Killer
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.people import People
from tests.faults.verdict import Verdict

LONGEST_REST = 240.0
# People think between two steps, and begin no more while so much is under way: else the load outruns
# two cores, and all that is measured at the end is how long a backlog takes.
PAUSE = 0.1
MOST_UNDER_WAY = 300


@dataclass(frozen=True)
class Plan:
    """What a run is asked for. `reconcile`: seconds between comparisons with feeds, 0 = never."""

    events: int
    kills: int
    seed: int
    pace: float = 1.0
    reconcile: float = 0


def run(plan: Plan) -> Verdict:
    """Carry out a plan, print what it found, and return the verdict."""
    print(f"seed {plan.seed}, {plan.events} events, {plan.kills} kills", flush=True)
    with arena(reconcile=plan.reconcile, mortal=True) as place, Ledger(place.ledger) as ledger:
        return _run(place, plan, ledger)


def _run(place: Arena, plan: Plan, ledger: Ledger) -> Verdict:
    people = People.of(place.url, place.supervisor.plan.folder, ledger, place.people)
    load = Load(people, plan.seed, pause=PAUSE)
    killer = Killer(place, plan.kills, plan.seed, plan.pace)
    warm_up(people)
    began = time.time()
    load.start()
    killer.start()
    watch(place, killer, load, plan.events, since=began)
    killer.finish()
    place.disarm()
    healed = time.monotonic()
    load.finish()
    left = place.rest(LONGEST_REST)
    verdict = judge(
        ledger,
        books.read(place, since=began),
        backlog=left,
        sender_crashes=killer.sender_crashes,
    )
    for name in sorted(killer.missed):
        verdict.add("unproved", f"never happened: {name}")
    report.show(
        verdict,
        report.Run(
            kills=killer.counts,
            statuses=ledger.statuses,
            outages=killer.outages,
            revived=place.keeper.revived if place.keeper else 0,
            seconds=time.time() - began,
            rested=time.monotonic() - healed,
            troubles=[*killer.troubles, *load.troubles],
        ),
    )
    return verdict


def warm_up(people: People) -> None:
    """Sign everybody in before the first fault, several at a time, and choose mail alone.

    A WhatsApp message in doubt waits ten minutes by rule; its faults have tests of their own.
    """
    keys = [k for k in people.accounts if k.startswith(("applicant", "umpeg", "opd_", "bkpsdm_"))]
    threads = [threading.Thread(target=_settle, args=(people, key)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _settle(people: People, key: str) -> None:
    people.prefer(key, {"email": True, "whatsapp": False})


def watch(place: Arena, killer: Killer, load: Load, events: int, *, since: float) -> None:
    """Wait until there are enough events and enough kills; meanwhile keep the load bearable."""
    count = 0
    while count < events or killer.busy:
        time.sleep(1.0)
        try:
            count = sum(recorded(place, service, since) for service in ("proposal", "documents"))
            under_way = sum(place.backlog().values())
        except psycopg.Error:
            continue  # the database is away on purpose
        if under_way > MOST_UNDER_WAY:
            load.held_up.set()
        else:
            load.held_up.clear()


def recorded(place: Arena, service: str, since: float) -> int:
    with place.database(service) as db:
        row = db.execute(
            "SELECT count(*) FROM outbox WHERE recorded_at >= to_timestamp(%s)", [since]
        ).fetchone()
    return int(row[0]) if row else 0
