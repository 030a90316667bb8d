"""One line to RabbitMQ: a connection with one channel, by which nobody waits for ever."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPConnectionError, AMQPError

# pika waits for ever for a broker that lives and does not answer: a queue without a leader, say.
ANSWERED_WITHIN = 15.0


class NoAnswer(AMQPConnectionError):  # type: ignore[misc]
    """The broker takes requests and does not answer this one."""


@dataclass
class Line:
    """One connection with one channel, opened when needed and again after a failure."""

    parameters: pika.URLParameters
    confirms: bool
    _connection: Any = field(default=None, init=False)
    _channel: Any = field(default=None, init=False)

    def channel(self) -> BlockingChannel:
        self.tend()
        if self._channel is None or not self._channel.is_open:
            self.close()
            self._connection = self._opened()
            self._channel = self._connection.channel()
            if self.confirms:
                self._channel.confirm_delivery()
        return self._channel

    def _opened(self) -> pika.BlockingConnection:
        try:
            return pika.BlockingConnection(self.parameters)
        except AMQPConnectorException as error:
            # What pika raises for a broker that accepts and says nothing is no AMQPError.
            raise AMQPConnectionError(type(error).__name__) from error

    def tend(self) -> None:
        """Answer heartbeats, and let go of a connection that died meanwhile."""
        if self._connection is not None:
            try:
                self._connection.process_data_events()
            except (AMQPError, OSError):
                self.close()

    @contextlib.contextmanager
    def patience(self) -> Iterator[BlockingChannel]:
        """The channel; raises `NoAnswer` when the broker does not answer in time."""
        channel = self.channel()
        with _no_longer_than(self._connection, ANSWERED_WITHIN):
            yield channel

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and connection.is_open:
            with contextlib.suppress(AMQPError, OSError), _no_longer_than(connection, 2.0):
                connection.close()


@contextlib.contextmanager
def _no_longer_than(connection: pika.BlockingConnection, seconds: float) -> Iterator[None]:
    """Cut the line, as a network would, of what waits too long; pika then cleans up."""
    cut = threading.Event()

    def hang_up() -> None:
        cut.set()
        with contextlib.suppress(OSError):
            connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001

    loop = connection._impl  # noqa: SLF001 - pika's public timers run when the waiting is over
    timer = loop._adapter_call_later(seconds, hang_up)  # noqa: SLF001
    try:
        yield
    except AMQPError as error:
        if cut.is_set():
            raise NoAnswer(f"the broker lives and did not answer in {seconds:.0f} s") from error
        raise
    finally:
        if connection.is_open:
            loop._adapter_remove_timeout(timer)  # noqa: SLF001
