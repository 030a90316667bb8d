"""The bus on RabbitMQ. Only this module and its lines (`link`) know pika.

Durable quorum queues and a topic exchange only, so the same code runs from 3.10 to 4.x. Each
object belongs to one thread: pika's connections are not shared.
"""

import contextlib
import copy
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError

from chassis.events.bus import BusMisconfigured, BusUnavailable, Store
from chassis.events.bus.confirms import Confirms
from chassis.events.bus.link import Link, NoAnswer
from chassis.events.envelope import CONTENT_TYPE, EnvelopeInvalid, Event
from chassis.process.failpoints import failpoint
from chassis.process.loops import Loop
from chassis.process.telemetry import BUS_UNANSWERED, QUEUES_REPLACED, log

EXCHANGE = "simpul.events"
DEAD_EXCHANGE = "simpul.dead"
# What a hearer has in hand comes back in its order when it stops or breaks off. Each message
# counts one more delivery then, so there are few: what kills a hearer must not blow their fuse.
PREFETCH = 10
_NOT_FOUND, _PRECONDITION_FAILED, _INTERNAL_ERROR = 404, 406, 541
_SETTLING_TIME = 2.0
# Refused for so long by a broker that is there, a hearer declares its queue anew. A broker that
# starts finds its queues sooner.
OUT_OF_REACH = 60.0
_NOTHING: tuple[Any, Any, Any] = (None, None, None)
_LONGEST_GAP = 20.0  # between two tries to hear of a process that was not held
# A link that died silently is noticed after 5 + 5 to 2 * (5 + 5) seconds: pika's own rule.
_HEARTBEAT = 5
# One consumer at a time, the others stand by: two would store a subject's events out of order.
# The limit is a fuse only: failures are counted in the inbox; what blows it is kept, not dropped.
_SINGLE = "x-single-active-consumer"
_QUEUE = {
    "x-queue-type": "quorum",
    _SINGLE: True,
    "x-delivery-limit": 100,
    "x-dead-letter-exchange": DEAD_EXCHANGE,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def queue_of(hearer: str) -> str:
    return f"{hearer}.inbox"


class RabbitBus:
    """Publishes with confirms and `mandatory`; consumes by storing, then acknowledging."""

    # pika answers heartbeats only when it is called; this is well within half of one.
    keep_alive_every = 1.0

    def __init__(self, url: str, service: str) -> None:
        self._service = service
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = _HEARTBEAT
        self._parameters.blocked_connection_timeout = 5
        self._parameters.socket_timeout = 5
        self._parameters.stack_timeout = 6
        self._parameters.client_properties = {"connection_name": f"simpul {service}"}
        self._publishing = Link(self._parameters, confirming=True)

    def publish(self, events: Sequence[Event]) -> Iterator[bool]:
        try:
            with self._publishing.answering():
                confirms = self._publishing.confirms
                sent = [(_sent(confirms, event), str(event.id)) for event in events]
                for number, message_id in sent:
                    yield confirms.is_heard(number, message_id)
        except ChannelClosedByBroker as error:
            self._publishing.close()
            if error.reply_code == _NOT_FOUND:
                self._declare_again()
            raise BusUnavailable(f"channel closed: {error.reply_code}") from error
        except (AMQPError, NackError, OSError) as error:
            self._publishing.close()
            self.count_silence(error)
            raise BusUnavailable(type(error).__name__) from error

    def hear(self, hearer: str, types: Collection[str], store: Store) -> Sequence[Loop]:
        link = Link(self._parameters, confirming=False)
        consumer = _Consumer(self, link, hearer, tuple(types), store)
        return [Loop("consumer", consumer.run, every=0.0, drained=False, stop=link.close)]

    def declare(self, hearer: str, types: Collection[str]) -> None:
        """Declare the exchanges and the hearer's queue, bound to exactly what it hears."""
        link = Link(self._parameters, confirming=False)
        try:
            with link.answering() as channel:
                _declare_exchanges(channel)
            _declare_queue(link, queue_of(hearer))
            with link.answering() as channel:
                for event_type in types:
                    channel.queue_bind(queue_of(hearer), EXCHANGE, event_type)
        except ChannelClosedByBroker as error:
            raise _refusal(error) from error
        except (AMQPError, OSError) as error:
            raise BusUnavailable(type(error).__name__) from error
        finally:
            link.close()

    def replace(self, hearer: str, types: Collection[str]) -> None:
        """Delete the hearer's queue and declare it anew: what was in it comes from the feeds."""
        log.error("queue_out_of_reach_replaced", queue=queue_of(hearer))
        QUEUES_REPLACED.labels(self._service).inc()
        link = Link(self._parameters, confirming=False)
        with contextlib.suppress(AMQPError, OSError), link.answering() as channel:
            channel.queue_delete(queue_of(hearer))
        link.close()
        self.declare(hearer, types)

    def count_silence(self, error: Exception) -> None:
        """Count what the broker did not answer, for the metric."""
        if isinstance(error, NoAnswer):
            BUS_UNANSWERED.labels(self._service).inc()

    def keep_alive(self) -> None:
        self._publishing.keep_alive()

    def check(self) -> None:
        with self._quickly():
            return

    def depth(self, hearer: str) -> int:
        with self._quickly() as channel:
            declared = channel.queue_declare(queue_of(hearer), passive=True)
        return int(declared.method.message_count)

    @contextlib.contextmanager
    def _quickly(self) -> Iterator[BlockingChannel]:
        """Ask something now, on a line of its own: nobody waits long for such an answer."""
        quick = copy.copy(self._parameters)
        quick.socket_timeout, quick.stack_timeout = 1, 1.2
        link = Link(quick, confirming=False)
        try:
            yield link.channel()
        except (AMQPError, OSError) as error:
            raise BusUnavailable(type(error).__name__) from error
        finally:
            link.close()

    def close(self) -> None:
        self._publishing.close()

    def _declare_again(self) -> None:
        log.warning("exchange_missing_declared_again", exchange=EXCHANGE)
        link = Link(self._parameters, confirming=False)
        with contextlib.suppress(AMQPError, OSError):
            _declare_exchanges(link.channel())
        link.close()
        time.sleep(_SETTLING_TIME)


def _sent(confirms: Confirms, event: Event) -> int:
    properties = pika.BasicProperties(
        content_type=CONTENT_TYPE,
        delivery_mode=pika.DeliveryMode.Persistent,
        message_id=str(event.id),
    )
    return confirms.publish(EXCHANGE, event.type, event.to_json().encode(), properties)


def _refusal(error: ChannelClosedByBroker) -> Exception:
    if error.reply_code == _PRECONDITION_FAILED:
        return BusMisconfigured(
            f"the broker has it with other properties: {error.reply_text}. Stop the workers, "
            "delete it (rabbitmqctl delete_queue) and migrate again: what was in it comes from "
            "the feeds"
        )
    return BusUnavailable(f"channel closed: {error.reply_code}")


def _declare_queue(link: Link, queue: str) -> None:
    """A queue that lacks only what the first release lacked keeps working as it is."""
    try:
        with link.answering() as channel:
            channel.queue_declare(queue, durable=True, arguments=dict(_QUEUE))
    except ChannelClosedByBroker as error:
        if error.reply_code != _PRECONDITION_FAILED:
            raise
        earlier = {name: value for name, value in _QUEUE.items() if name != _SINGLE}
        link.channel().queue_declare(queue, durable=True, arguments=earlier)
        hint = "stop the workers, delete the queue, migrate: what was in it comes from the feeds"
        log.warning("queue_without_single_active_consumer", queue=queue, hint=hint)


def _declare_exchanges(channel: BlockingChannel) -> None:
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    channel.exchange_declare(DEAD_EXCHANGE, "fanout", durable=True)
    channel.queue_declare("dead", durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind("dead", DEAD_EXCHANGE)


@dataclass
class _Refusals:
    """Counts for how long a broker that is there has kept a hearer from its queue."""

    _counted: float = field(default=0.0, init=False)
    _last: float | None = field(default=None, init=False)

    def add(self, at: float) -> float:
        """Count one more; return the seconds since the first, without those of a held process."""
        if self._last is not None:
            self._counted += min(at - self._last, _LONGEST_GAP)
        self._last = at
        return self._counted

    def forget(self) -> None:
        self._counted, self._last = 0.0, None


@dataclass
class _Consumer:
    """Moves messages from the queue into the inbox."""

    bus: RabbitBus
    link: Link
    hearer: str
    types: tuple[str, ...]
    store: Store
    _prepared: BlockingChannel | None = field(default=None, init=False)
    _held: "list[_Message]" = field(default_factory=list, init=False)
    _refusals: _Refusals = field(default_factory=_Refusals, init=False)

    def run(self) -> bool:
        """Store what arrives within half a second; True when something did."""
        try:
            channel = self.link.channel()
            if channel is not self._prepared:
                channel.basic_qos(prefetch_count=PREFETCH)
                self._prepared = channel
            return self._store_arriving(channel)
        except ChannelClosedByBroker as error:
            self.link.close()
            if error.reply_code == _NOT_FOUND:
                self.bus.declare(self.hearer, self.types)
                time.sleep(_SETTLING_TIME)
            raise BusUnavailable(f"channel closed: {error.reply_code}") from error
        except (AMQPError, OSError) as error:
            self.link.close()
            self.bus.count_silence(error)
            self._count_refusal(error)
            raise BusUnavailable(type(error).__name__) from error

    def _count_refusal(self, error: Exception) -> None:
        """A broker that died soon after a queue was declared may know it and never reach it again.

        It then confirms no event that the queue should get, so whole services could tell nothing.
        A broker that cannot even be reached refuses nothing.
        """
        refused = getattr(error, "reply_code", None) == _INTERNAL_ERROR
        if not refused and not isinstance(error, NoAnswer):
            self._refusals.forget()
        elif self._refusals.add(time.monotonic()) >= OUT_OF_REACH:
            self._refusals.forget()
            self.bus.replace(self.hearer, self.types)

    def _store_arriving(self, channel: BlockingChannel) -> bool:
        self._held = self._still_held(channel) or self._arriving(channel)
        if not self._held:
            return False
        self._settle(self._held)
        self._held = []
        return True

    def _still_held(self, channel: BlockingChannel) -> "list[_Message]":
        """What could not be stored last time comes first: sent back, it would lose its place."""
        if not self._held or self._held[0].channel is not channel:
            return []
        channel.connection.process_data_events(time_limit=0)  # heartbeats, while it fails
        return self._held

    def _arriving(self, channel: BlockingChannel) -> "list[_Message]":
        """Wait for a message, and take with it what is here already."""
        messages: list[_Message] = []
        arriving = channel.consume(queue_of(self.hearer), inactivity_timeout=0.5)
        while not messages or channel.get_waiting_message_count():
            with self.link.patience():
                method, _, body = next(arriving, _NOTHING)
            self._refusals.forget()
            if method is None:
                break
            messages.append(_Message(channel, method.delivery_tag, body))
        return messages

    def _settle(self, messages: "Sequence[_Message]") -> None:
        """Store in one transaction what are events, put the rest away, and say so once."""
        failpoint("consumer.before_store")
        channel = messages[0].channel
        events = {message.tag: event for message in messages if (event := message.event())}
        if events:
            self.store(list(events.values()))
        failpoint("consumer.before_ack")
        for tag in {message.tag for message in messages} - events.keys():
            log.error("message_not_an_event", hearer=self.hearer)
            channel.basic_reject(tag, requeue=False)
        if events:
            channel.basic_ack(max(events), multiple=True)
        failpoint("consumer.after_ack")


@dataclass(frozen=True)
class _Message:
    """Something that arrived on a channel and is not acknowledged yet."""

    channel: BlockingChannel
    tag: int
    body: bytes

    def event(self) -> Event | None:
        """Return the event that it is, if it is one."""
        try:
            return Event.from_json(self.body)
        except EnvelopeInvalid:
            return None
