"""One connection to RabbitMQ with one channel, by which nobody waits for ever.

A broker can live, answer heartbeats and confirm nothing: a queue that lost its leader does that.
pika itself would wait until the broker dies.
"""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPConnectionError, AMQPError

from chassis.events.bus.confirms import Confirms

PATIENCE = 10  # seconds in which an answer is waited for
_FAREWELL = 2
_SECOND = 1.0


class NoAnswer(AMQPConnectionError):  # type: ignore[misc]
    """The broker took what was asked and did not answer in time."""


@dataclass
class Link:
    """Opened when needed and again after a failure. It belongs to one thread."""

    parameters: pika.URLParameters
    confirming: bool
    confirms: Confirms = field(init=False)
    _connection: Any = field(default=None, init=False)
    _channel: Any = field(default=None, init=False)

    def channel(self) -> BlockingChannel:
        self.keep_alive()
        if self._channel is None or not self._channel.is_open:
            self.close()
            self._connection = self._opened()
            self._channel = self._connection.channel()
            if self.confirming:
                self.confirms = Confirms(self._channel)
        return self._channel

    @contextlib.contextmanager
    def answering(self) -> Iterator[BlockingChannel]:
        """Give the channel; the line is cut when what is asked in the block gets no answer.

        Raises `NoAnswer` then.
        """
        channel = self.channel()
        with self.patience():
            yield channel

    @contextlib.contextmanager
    def patience(self) -> Iterator[None]:
        """As `answering`, for the channel that is there already."""
        with _at_most(PATIENCE, self._connection):
            yield

    def keep_alive(self) -> None:
        """Answer heartbeats, and let go of a connection that died meanwhile."""
        if self._connection is not None:
            try:
                self._connection.process_data_events()
            except (AMQPError, OSError):
                self.close()

    def close(self) -> None:
        """Close both. The broker then gives out again, in its order, what was not acknowledged."""
        connection, channel = self._connection, self._channel
        self._connection, self._channel = None, None
        if connection is not None and connection.is_open:
            with contextlib.suppress(AMQPError, OSError), _at_most(_FAREWELL, connection):
                if channel is not None and channel.is_open:
                    _close_without_cancelling(channel)
                connection.close()

    def _opened(self) -> pika.BlockingConnection:
        try:
            return pika.BlockingConnection(self.parameters)
        except AMQPConnectorException as error:
            # What pika raises for a broker that accepts and says nothing is no AMQPError.
            raise AMQPConnectionError(type(error).__name__) from error


def _close_without_cancelling(channel: BlockingChannel) -> None:
    """Close a channel as its end does: pika would first cancel what consumes.

    The broker then gives back what arrives meanwhile before what was in hand.
    """
    inner = channel._impl  # noqa: SLF001 - its public way is the other one
    inner._cancelled.update(inner._consumers)  # noqa: SLF001
    inner.close()


@contextlib.contextmanager
def _at_most(seconds: int, connection: pika.BlockingConnection) -> Iterator[None]:
    """Cut the line, as a network would, of what waits longer; pika then cleans up."""
    waiting = _Waiting(connection._impl, seconds)  # noqa: SLF001 - public timers wait like we do
    try:
        yield
    except AMQPError as error:
        if waiting.is_over:
            raise NoAnswer(f"no answer in {seconds} s") from error
        raise
    finally:
        waiting.end()


class _Waiting:
    """Counts the seconds in which this thread waited and the broker could have answered.

    It looks once a second, after what arrived was read. So a process that was held for a minute
    counts one second and finds the answer that came meanwhile, where a deadline would be over.
    """

    def __init__(self, connection: Any, seconds: int) -> None:
        self._connection = connection
        self._left = seconds
        self._timer = connection._adapter_call_later(_SECOND, self._count)  # noqa: SLF001

    @property
    def is_over(self) -> bool:
        return self._left <= 0

    def end(self) -> None:
        if self._timer is not None and self._connection.is_open:
            self._connection._adapter_remove_timeout(self._timer)  # noqa: SLF001
        self._timer = None

    def _count(self) -> None:
        self._left -= 1
        if self.is_over:
            self._timer = None
            with contextlib.suppress(OSError):
                self._connection._transport._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001
        else:
            self._timer = self._connection._adapter_call_later(_SECOND, self._count)  # noqa: SLF001
