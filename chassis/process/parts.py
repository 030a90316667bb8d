"""The parts a `Runtime` holds, as the plumbing sees them.

They are Protocols so that this floor knows none of those above it; `chassis.data.db`,
`chassis.events` and `chassis.http` have the classes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, scoped_session

from chassis.process.loops import Loop

RevokedAt = Callable[[UUID], datetime | None]


class Plumbing(Protocol):
    """The tables that every service's database carries."""

    @property
    def outbox(self) -> Table: ...
    @property
    def inbox(self) -> Table: ...
    @property
    def feed_cursors(self) -> Table: ...
    @property
    def leases(self) -> Table: ...
    @property
    def idempotency_keys(self) -> Table: ...
    @property
    def kept_keys(self) -> Table: ...
    @property
    def timers(self) -> Table: ...


class Database(Protocol):
    """A service's own database: `chassis.data.db.Database`."""

    @property
    def plumbing(self) -> Plumbing: ...
    @property
    def session(self) -> scoped_session[Any]: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def metadata(self) -> MetaData: ...
    @property
    def in_transaction(self) -> bool: ...
    def transaction(self) -> AbstractContextManager[Session]: ...
    def attempt(self) -> AbstractContextManager[None]: ...
    def after_commit(self, callback: Callable[[], None]) -> None: ...
    def wake_elsewhere(self, loop: str) -> None: ...


class Bus(Protocol):
    """The way to other services' inboxes: `chassis.events.bus.Bus` says what each part promises."""

    def publish(self, event: Any) -> bool: ...
    def hear(
        self, hearer: str, types: Collection[str], store: Callable[[Any], None]
    ) -> Sequence[Loop]: ...
    def declare(self, hearer: str, types: Collection[str]) -> None: ...
    def keep_alive(self) -> None: ...
    def check(self) -> None: ...
    def close(self) -> None: ...


class Keys(Protocol):
    """Public keys of who signs tokens or receipts: `chassis.http.keys.KeySet`."""

    def verify(self, compact: str, *, typ: str) -> dict[str, Any]: ...
    def refresh(self) -> bool: ...


class Answer(Protocol):
    """What a peer answered: `chassis.http.peers.Answer`."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    def json(self) -> Any: ...


class Peer(Protocol):
    """One other service over HTTP: `chassis.http.peers.Peer`."""

    def get(self, path: str, *, signed_in: bool = True) -> Answer: ...
    def post(self, path: str, *, json: Any, signed_in: bool = True) -> Answer: ...
    def put(self, path: str, *, json: Any, signed_in: bool = True) -> Answer: ...
    def post_file(
        self, path: str, *, form: Mapping[str, str], name: str, content: bytes
    ) -> Answer: ...


class Peers(Protocol):
    """The other services, by name: `chassis.http.peers.Peers`."""

    def __getitem__(self, peer: str) -> Peer: ...


class Contracts(Protocol):
    """What a service promised to say: `chassis.events.contracts.Contracts`."""

    def check(self, event_type: str, data: Mapping[str, Any]) -> None: ...


class Hearing(Protocol):
    """What is done about one type of event: `chassis.events.inbox.Hearing`."""

    @property
    def replay(self) -> str: ...
    def handle(self, event: Any) -> None: ...
