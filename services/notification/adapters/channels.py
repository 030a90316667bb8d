"""How a message leaves the house. A channel is chosen by the scheme of its URL setting.

A new provider is one class with `send`, registered here or, from an outside package, under the
entry point group `simpul.channels` as `<channel>.<scheme> = package.module:open_function`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from services.notification.domain.attempts import Outcome

EMAIL = "email"
WHATSAPP = "whatsapp"


@dataclass(frozen=True)
class Message:
    """One notice for one person by one channel. `sender` is the region's line, no address."""

    id: UUID
    to: str
    subject: str
    body: str
    language: str
    sender: str
    app_url: str


class Channel(Protocol):
    """Hands messages to a provider.

    `send` never raises for what a provider or a network does: it says how the try ended. It
    returns within its own time limits, and the same message id may come again.
    """

    def send(self, message: Message) -> Outcome: ...


@dataclass(frozen=True)
class Sending:
    """What a channel is opened with: its URL, its secret, the sender's address, our address."""

    url: str
    secret: str
    mail_from: str
    public_url: str


Open = Callable[[Sending], Channel]


class UnknownChannel(ValueError):
    """The setting's URL has a scheme no installed channel answers to."""


class ChannelTaken(Exception):
    """Two packages claim one scheme of one channel."""


def registry(built_in: Mapping[str, Open]) -> dict[str, Open]:
    """Return every `<channel>.<scheme>` with what opens it; entry points are not loaded yet.

    Raises `ChannelTaken` when an outside package claims a scheme that is already there.
    """
    channels = dict(built_in)
    for point in entry_points(group="simpul.channels"):
        if point.name in channels:
            raise ChannelTaken(f"{point.name} is claimed twice, the second time by {point.value}")
        channels[point.name] = _loaded_when_opened(point.load)
    return channels


def open_channel(channel: str, sending: Sending, known: Mapping[str, Open]) -> Channel:
    """Open the provider that the URL's scheme names.

    Raises `UnknownChannel`, which names the schemes there are, and `ValueError` when the
    provider finds its URL incomplete.
    """
    scheme = urlsplit(sending.url).scheme
    opener = known.get(f"{channel}.{scheme}")
    if opener is None:
        there = sorted(name.partition(".")[2] for name in known if name.startswith(channel + "."))
        raise UnknownChannel(f"no {channel} channel for {scheme!r}:, known are {', '.join(there)}")
    return opener(sending)


def _loaded_when_opened(load: Callable[[], Open]) -> Open:
    def opener(sending: Sending) -> Channel:
        return load()(sending)

    return opener
