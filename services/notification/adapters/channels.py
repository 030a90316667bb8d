"""A channel is a way for notices to leave the house: one object that says all that is its own.

Pure data, like a manifest: it is read without the service's libraries. `registry` finds the
channels; no other part of the service knows one by its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from chassis.process.config import Setting, Settings
from chassis.process.texts import Text
from services.notification.domain.attempts import LONG_WAITS, Outcome
from services.notification.domain.forms import Form


class Address(StrEnum):
    """Which of a person's addresses a channel needs."""

    EMAIL = "email"
    PHONE = "phone"
    NONE = "none"


@dataclass(frozen=True)
class Message:
    """One notice for one person by one channel, in the channel's form. `to` is empty where it
    needs no address; `sender` is the region's line, no address.
    """

    id: UUID
    to: str
    subject: str
    body: str
    language: str
    sender: str
    app_url: str


class Provider(Protocol):
    """Takes messages and carries them away: a mail relay, a gateway, a folder.

    `send` never raises for what a provider or a network does: it says how the try ended. It
    returns within its own time limits, and the same message id may come again. It is called by
    several threads. A `let_go(unused_for)` is called, where there is one, of whoever keeps
    connections: while nothing is due with seconds, at the end with 0.
    """

    def send(self, message: Message) -> Outcome: ...


Open = Callable[[str, Settings], Provider]


@dataclass(frozen=True)
class Channel:
    """Everything the service knows of one channel. Dotted strings are loaded lazily.

    `name` is what notice rules, preferences and the list of deliveries call it, `title` what
    people do. `url` names the setting whose scheme chooses one of `providers`: for each scheme
    the dotted name of an `Open`, a function that raises `ValueError` for a URL that cannot work.
    `waits` are those between tries, `threads` how many messages are under way at once.
    `confirms`: the provider says later what became of a message, so after a sender's death that
    word is waited for before a copy is sent. `fallback` takes what cannot arrive here.
    `blueprint` is the channel's own routes, under `/api/notification/v1/<name>`.
    """

    name: str
    title: Text
    address: Address
    text: Form
    url: str
    providers: Mapping[str, str]
    settings: tuple[Setting, ...]
    waits: tuple[timedelta, ...] = LONG_WAITS
    threads: int = 2
    confirms: bool = False
    fallback: str | None = None
    blueprint: str | None = None
