"""One fault each, small and certain: green with the code as it is, red with the mistake it is for."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pika

from chassis.events.bus.amqp import queue_of
from ops.cluster.instances import Instance
from tests.faults import books, foreigner, gate
from tests.faults.arena import Arena, arena
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.links import Link
from tests.faults.load import Clerk, Load
from tests.faults.mutants import BETWEEN, MUTANTS
from tests.faults.people import People
from tests.faults.verdict import Verdict

# What a worker had in its hands when it died is free again after a minute (`chassis.data.claims`).
LONGEST_REST = 75.0


Fault = Callable[[Arena, People], None]


@dataclass(frozen=True)
class Experiment:
    """`fault` happens while proposals are driven; `shows` are the classes a mistake fills."""

    fault: Fault
    shows: frozenset[str]
    allowed: tuple[str, ...] = ()
    proposals: int = 1  # of each applicant


def point(name: str, part: str, what: str = "kill", seconds: float = 25) -> Fault:
    """Make a fault: the part's process does `what` where it is named."""

    def arm(arena: Arena, _people: People) -> None:
        before = arena.hits()[name]
        arena.arm(name, part, what)
        until(lambda: arena.hits()[name] > before, seconds)

    return arm


def until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def worker_of(arena: Arena, part: str) -> Instance:
    found = arena.supervisor.parts[part].worker
    assert found is not None
    return found


def full_hands(arena: Arena, _people: People) -> None:
    """The witness dies with many messages handed over and none stored."""
    pid = worker_of(arena, "witness").child.pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(4.0)
    arena.arm("consumer.before_store", "witness")
    os.kill(pid, signal.SIGCONT)
    until(lambda: arena.hits()["consumer.before_store"] > 0, 25)


def queue_gone(arena: Arena, people: People) -> None:
    """The witness hangs and its queue is deleted: what it alone hears, of documents, has no hearer.

    An event that another service hears as well would be routed there: only the feed can tell that
    one of several queues is missing.
    """
    pid = worker_of(arena, "witness").child.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        url = arena.supervisor.engines["rabbit"].url("witness")
        connection = pika.BlockingConnection(pika.URLParameters(url))
        connection.channel().queue_delete(queue_of("witness"))
        connection.close()
        clerk = Clerk(people, "applicant", Random(1))
        for number in range(3):
            clerk.paper("applicant", f"Tanpa pendengar {number}")
        until(lambda: "events to publish" not in arena.backlog(), 20)
    finally:
        os.kill(pid, signal.SIGCONT)


def line_swallows(arena: Arena, people: People) -> None:
    """The line to the broker dies silently: what was sent by it meanwhile nobody received.

    The publisher has its connection before, and gives it up when nothing is confirmed.
    """
    rabbit, part = arena.supervisor.engines["rabbit"], arena.supervisor.parts["documents"]
    direct, line = part.settings, Link(rabbit.port)
    address = rabbit.url("documents").replace(f":{rabbit.port}/", f":{line.port}/")
    clerk = Clerk(people, "applicant", Random(2))
    try:
        part.settings = {**direct, "BUS_URL": address}
        arena.supervisor.restart("documents")
        clerk.paper("applicant", "Terkirim")
        until(lambda: not arena.backlog(), 20)
        assert line.accepted, "documents does not publish by this line"
        line.half_open()
        clerk.paper("applicant", "Tertelan")
        until(lambda: "events to publish" not in arena.backlog(), 5)
        line.heal()
        until(lambda: "events to publish" not in arena.backlog(), 25)
    finally:
        part.settings = direct
        arena.supervisor.restart("documents")
        line.close()


def between_two_commits(arena: Arena, people: People) -> None:
    """Death right after a commit; and between the two that only the mistake makes."""
    point("api.after_commit", "proposal")(arena, people)
    point(BETWEEN, "proposal", seconds=10)(arena, people)


def nothing(_arena: Arena, _people: People) -> None:
    """No fault at all: what is wrong shows by itself."""


EXPERIMENTS: dict[str, Experiment] = {
    "auto_ack": Experiment(full_hands, frozenset({"lost"}), proposals=2),
    "ack_before_store": Experiment(point("consumer.after_ack", "witness"), frozenset({"lost"})),
    "mark_before_publish": Experiment(
        point("publisher.before_publish", "proposal"), frozenset({"lost"})
    ),
    "no_inbox": Experiment(
        point("publisher.after_confirm", "proposal"), frozenset({"duplicate", "lost"})
    ),
    "no_mandatory": Experiment(queue_gone, frozenset({"lost"}), allowed=("unrouted",), proposals=0),
    "no_confirms": Experiment(line_swallows, frozenset({"lost"}), proposals=0),
    "outbox_in_a_second_transaction": Experiment(between_two_commits, frozenset({"torn"})),
    "order_by_insert_id": Experiment(
        point("api.before_commit", "proposal", "pause 3"), frozenset({"stuck"})
    ),
    "sender_without_claim": Experiment(nothing, frozenset({"copies"})),
    "no_region": Experiment(nothing, frozenset({"leaked"})),
}


def conduct(arena: Arena, name: str, *, mutated: bool) -> bool:
    """Do one experiment and say whether it ended as it must."""
    put_in(arena, name if mutated else "")
    arena.rest(LONGEST_REST)  # what the mistake before left under way
    with Ledger(arena.ledger) as ledger:
        return told(name, _conduct(arena, name, ledger), mutated=mutated)


def _conduct(arena: Arena, name: str, ledger: Ledger) -> Verdict:
    experiment, began, copies = EXPERIMENTS[name], time.time(), arena.copies
    people = People.of(arena.url, arena.supervisor.plan.folder, ledger, known=arena.people)
    if not arena.people:
        gate.warm_up(people)
    load = Load(people, seed=1, most=experiment.proposals)
    load.start()
    experiment.fault(arena, people)
    load.finish()
    left = arena.rest(LONGEST_REST)
    crashes = arena.hits()["sender.after_send"]
    found = books.read(arena, since=began)
    found.copies = {k: v - copies[k] for k, v in found.copies.items()}
    found.foreign = foreigner.finds(arena, ledger) if name == "no_region" else []
    arena.disarm()
    return judge(ledger, found, backlog=left, sender_crashes=crashes)


def run(names: list[str]) -> int:
    """Do experiments, each with and without its mistake; return an exit code."""
    chosen = names or list(EXPERIMENTS)
    with arena() as place:
        right = [conduct(place, name, mutated=False) for name in chosen]
        right += [conduct(place, name, mutated=True) for name in chosen]
    return 0 if all(right) else 1


def told(name: str, verdict: Verdict, *, mutated: bool) -> bool:
    """Print one verdict and say whether it is as it must be."""
    experiment = EXPERIMENTS[name]
    found = verdict.wrong(allowed=experiment.allowed)
    right = bool(experiment.shows & set(found)) if mutated else not found
    counted = {kind: verdict.counts[kind] for kind in found} or "nothing wrong"
    code = "with the mistake" if mutated else "as it is"
    print(f"{'ok ' if right else 'BAD'} {name}, {code}: {counted}", flush=True)
    if not right:
        for kind in found:
            print(f"      {kind}: {verdict.examples[kind]}")
    return right


def put_in(arena: Arena, mutant: str) -> None:
    """Start the processes anew whose code is to have the mistake, or had the one before."""
    wanted = MUTANTS[mutant].parts if mutant else ()
    for name, part in arena.supervisor.parts.items():
        mine = mutant if name in wanted else ""
        if part.settings.get("MUTANT", "") != mine:
            part.settings = {**part.settings, "MUTANT": mine}
            arena.supervisor.restart(name)
