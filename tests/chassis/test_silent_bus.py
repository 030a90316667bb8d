"""How long a broker is waited for, and when a hearer gives its queue up."""

from contextlib import contextmanager

import pytest
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker

from chassis.events.bus import BusUnavailable, amqp
from chassis.events.bus import link as lines
from chassis.events.bus.amqp import OUT_OF_REACH, RabbitBus
from chassis.events.bus.link import NoAnswer
from tests.builders.metrics import moved
from tests.chassis.test_events import note

REFUSED = ConnectionClosedByBroker(541, "INTERNAL_ERROR")
STARTING = AMQPConnectionError("refused")


class Hearer:
    """The consumer of a broker that does what a test says, on a clock of the test's."""

    def __init__(self, monkeypatch):
        self.replaced, self.seconds = [], 0.0
        bus = RabbitBus("amqp://one:secret@127.0.0.1:1/simpul", "letters")
        monkeypatch.setattr(bus, "replace", lambda *_: self.replaced.append(self.seconds))
        monkeypatch.setattr(amqp.time, "monotonic", lambda: self.seconds)
        [loop] = bus.hear("letters", ("note.written.v1",), lambda _event: None)
        self.consumer = loop.run.__self__

    def tries(self, error, *, seconds, every=5.0):
        def channel():
            raise error

        self.consumer.link.channel = channel
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds += every
            with pytest.raises(BusUnavailable):
                self.consumer.run()


@pytest.fixture
def hearer(monkeypatch):
    return Hearer(monkeypatch)


@pytest.mark.parametrize("refusal", [REFUSED, NoAnswer("no answer")], ids=["541", "silence"])
def test_a_queue_is_replaced_after_a_minute_of_refusal_and_not_before(hearer, refusal):
    hearer.tries(refusal, seconds=OUT_OF_REACH)
    before = list(hearer.replaced)
    hearer.tries(refusal, seconds=5)

    assert not before
    assert len(hearer.replaced) == 1


def test_a_broker_that_is_away_or_starting_replaces_nothing(hearer):
    hearer.tries(STARTING, seconds=600)
    for _ in range(10):
        hearer.tries(REFUSED, seconds=50)
        hearer.tries(STARTING, seconds=5)

    assert not hearer.replaced


def test_a_process_that_was_held_between_two_refusals_replaces_nothing(hearer):
    hearer.tries(REFUSED, seconds=5)
    hearer.tries(REFUSED, seconds=3600, every=3600)

    assert not hearer.replaced


class SilentLink:
    """A line by which nothing is answered."""

    def __init__(self, *_given, **_options):
        pass

    @contextmanager
    def answering(self):
        raise NoAnswer("no answer")
        yield

    def close(self):
        pass


def test_what_a_broker_does_not_answer_and_what_is_replaced_is_counted(monkeypatch):
    monkeypatch.setattr(amqp, "Link", SilentLink)
    bus = RabbitBus("amqp://one:secret@127.0.0.1:1/simpul", "letters")

    with moved("bus_unanswered", service="letters"), pytest.raises(BusUnavailable):
        list(bus.publish([note()]))
    with moved("queues_replaced", service="letters"), pytest.raises(BusUnavailable):
        bus.replace("letters", ("note.written.v1",))


class Connection:
    """A connection of pika's whose timers the test lets ring, and whose line can be cut."""

    is_open = True

    def __init__(self):
        self.due, self.is_cut = None, False
        self._transport = self._sock = self

    def _adapter_call_later(self, _delay, callback):
        self.due = callback
        return callback

    def _adapter_remove_timeout(self, timer):
        assert timer is self.due
        self.due = None

    def shutdown(self, _how):
        self.is_cut = True


def test_seconds_count_only_while_somebody_waits_for_an_answer():
    connection = Connection()
    waiting = lines._Waiting(connection, 10)
    for _ in range(9):
        connection.due()
    nearly = (waiting.is_over, connection.is_cut)
    connection.due()

    assert nearly == (False, False)
    assert waiting.is_over
    assert connection.is_cut


def test_an_answer_in_time_leaves_no_timer_behind():
    connection = Connection()
    waiting = lines._Waiting(connection, 10)
    connection.due()
    waiting.end()

    assert connection.due is None
    assert not connection.is_cut
