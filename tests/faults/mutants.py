"""Faults put into the code on purpose: a ledger that has never been red is no evidence.

Each is a plausible mistake, made in the process that `tests.faults.run` starts. `reveal` in
`experiments.py` says what must happen for it to show.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

BETWEEN = "mutant.between_two_commits"  # a point of its own: what is after the first commit only


@dataclass(frozen=True)
class Mutant:
    """What is wrong, and the parts whose processes carry it."""

    says: str
    put_in: Callable[[pytest.MonkeyPatch], None]
    parts: tuple[str, ...]


def auto_ack(patch: pytest.MonkeyPatch) -> None:
    from pika.adapters.blocking_connection import BlockingChannel

    consume = BlockingChannel.consume

    def unguarded(self: Any, queue: str, **options: Any) -> Any:
        return consume(self, queue, auto_ack=True, **options)

    patch.setattr(BlockingChannel, "consume", unguarded)
    patch.setattr(BlockingChannel, "basic_ack", lambda *_, **__: None)


def ack_before_store(patch: pytest.MonkeyPatch) -> None:
    from chassis.events.bus import amqp
    from chassis.events.envelope import Event
    from chassis.process.failpoints import failpoint

    def settle(self: Any, messages: Any) -> None:
        channel = messages[0].channel
        channel.basic_ack(messages[-1].tag, multiple=True)
        channel.connection.process_data_events()
        failpoint("consumer.after_ack")
        self.store([Event.from_json(message.body) for message in messages])

    patch.setattr(amqp._Consumer, "_settle", settle)


def mark_before_publish(patch: pytest.MonkeyPatch) -> None:
    from chassis.events import publisher, relay
    from chassis.process.failpoints import failpoint

    def publish(runtime: Any) -> int:
        rows = publisher._waiting(runtime)
        publisher._mark(runtime, dict.fromkeys([row.id for row in rows], True))
        for row in rows:
            failpoint("publisher.before_publish")
            list(runtime.bus.publish([publisher._event(row)]))
        return len(rows)

    patch.setattr(relay, "publish", publish)


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    from chassis.events import inbox
    from chassis.process.ids import uuid7

    row = inbox._row

    def never_known(*given: Any) -> dict[str, Any]:
        return row(*given) | {"event_id": uuid7()}

    patch.setattr(inbox, "_row", never_known)


def no_mandatory(patch: pytest.MonkeyPatch) -> None:
    from pika.adapters.blocking_connection import BlockingChannel

    publish = BlockingChannel.basic_publish

    def careless(self: Any, *given: Any, **options: Any) -> Any:
        return publish(self, *given, **{**options, "mandatory": False})

    patch.setattr(BlockingChannel, "basic_publish", careless)


def no_confirms(patch: pytest.MonkeyPatch) -> None:
    from chassis.events.bus.confirms import Confirms

    patch.setattr(Confirms, "is_heard", lambda *_: True)


def outbox_in_a_second_transaction(patch: pytest.MonkeyPatch) -> None:
    from chassis.events import outbox
    from chassis.process.failpoints import failpoint
    from chassis.process.regions import current_region, in_region
    from chassis.process.runtime import here

    record = outbox.record

    def later(event: Any) -> Any:
        runtime, region = here(), current_region()
        event = replace(event, region=region)

        def afterwards() -> None:
            failpoint(BETWEEN)
            with in_region(region), runtime.db.transaction():
                record(event)

        runtime.db.after_commit(afterwards)
        return event

    patch.setattr(outbox, "record", later)


def order_by_insert_id(patch: pytest.MonkeyPatch) -> None:
    """The usual high-water mark: what commits late with an earlier id is never seen."""
    from sqlalchemy import func, select

    from chassis.events import sequencer

    plain = sequencer.select

    def beyond_the_last(*columns: Any) -> Any:
        chosen = plain(*columns)
        table = getattr(columns[0], "table", None)
        if table is None or table.name != "outbox":
            return chosen
        last = table.alias("last")
        newest = select(func.max(last.c.recorded_at)).where(last.c.position.is_not(None))
        return chosen.where(table.c.recorded_at > func.coalesce(newest.scalar_subquery(), 0))

    patch.setattr(sequencer, "select", beyond_the_last)


def sender_without_claim(patch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import update

    from chassis.process.ids import uuid7
    from chassis.process.regions import all_regions
    from services.notification.models import Delivery, db
    from services.notification.usecases import taking
    from services.notification.workers import sender

    def take(channel: str, _most: int) -> Any:
        with all_regions():
            row = db.session.execute(taking._due(channel).limit(1)).one_or_none()
            db.session.rollback()
        return row and taking.Taken([taking._job(row, channel, uuid7())])

    def finish(*ended: Any) -> None:
        ids = [one.job.delivery_id for one in ended]
        with all_regions(), db.transaction() as session:
            session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(state="sent"))

    patch.setattr(sender, "take", take)
    patch.setattr(sender, "finish", finish)


def no_region(patch: pytest.MonkeyPatch) -> None:
    """The filter is gone and row security sees every region."""
    from chassis.data import db, driver, postgres, reading
    from chassis.process import regions

    bind, tell = postgres.bind_region, driver._telling

    def everything(connection: Any) -> None:
        with regions.all_regions():
            bind(connection)

    patch.setattr(db, "_filter_by_region", lambda _state: None)
    patch.setattr(reading.Reading, "_is_scoped", False)
    patch.setattr(postgres, "bind_region", everything)
    patch.setattr(driver, "_telling", lambda _region: tell(regions.ALL))


BUS = ("proposal", "documents", "notification", "witness")
MUTANTS: dict[str, Mutant] = {
    "auto_ack": Mutant("the broker forgets what it has handed over", auto_ack, ("witness",)),
    "ack_before_store": Mutant("acknowledged, then stored", ack_before_store, ("witness",)),
    "mark_before_publish": Mutant("marked, then published", mark_before_publish, ("proposal",)),
    "no_inbox": Mutant("an event that comes again is new", no_inbox, ("witness",)),
    "no_mandatory": Mutant("nobody is told that nobody hears", no_mandatory, ("documents",)),
    "no_confirms": Mutant("sent is taken for received", no_confirms, ("documents",)),
    "outbox_in_a_second_transaction": Mutant(
        "the change is committed, then its event", outbox_in_a_second_transaction, ("proposal",)
    ),
    "order_by_insert_id": Mutant(
        "only what is newer than the last", order_by_insert_id, ("proposal",)
    ),
    "sender_without_claim": Mutant(
        "two senders take one mail", sender_without_claim, ("notification",)
    ),
    "no_region": Mutant("no filter, no row security", no_region, ("proposal", "documents")),
}
