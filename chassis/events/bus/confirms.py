"""Confirms of a channel, many under way at once: pika itself waits for one before the next."""

from typing import Any

from pika import BasicProperties, spec
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import NackError


class Confirms:
    """What was published on a channel: what the broker has, refused, or sent back as unheard."""

    def __init__(self, channel: BlockingChannel) -> None:
        self._channel = channel
        self._sent = 0
        self._open: set[int] = set()
        self._refused: set[int] = set()
        self._unheard: set[str] = set()
        selected: list[object] = []
        inner = channel._impl  # noqa: SLF001 - only there confirms are told as they come
        inner.add_on_return_callback(self._sent_back)
        inner.confirm_delivery(self._answered, selected.append)
        channel._flush_output(lambda: bool(selected))  # noqa: SLF001

    def publish(self, exchange: str, key: str, body: bytes, properties: BasicProperties) -> int:
        """Send a message, which has an id, without waiting; return its number."""
        self._sent += 1
        self._open.add(self._sent)
        self._channel.basic_publish(exchange, key, body, properties, mandatory=True)
        return self._sent

    def is_heard(self, number: int, message_id: str) -> bool:
        """Wait until the broker has a message; False when no queue takes it.

        Raises `NackError` when the broker refused it, and what else pika raises.
        """
        self._channel._flush_output(lambda: number not in self._open)  # noqa: SLF001
        if number in self._refused:
            raise NackError([])
        heard = message_id not in self._unheard
        self._unheard.discard(message_id)
        return heard

    def _answered(self, frame: Any) -> None:
        tag, several = frame.method.delivery_tag, frame.method.multiple
        answered = {number for number in self._open if number == tag or (several and number < tag)}
        self._open -= answered
        if isinstance(frame.method, spec.Basic.Nack):
            self._refused |= answered

    def _sent_back(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        self._unheard.add(properties.message_id)
