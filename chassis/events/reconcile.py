"""Compares what a service has heard with what the others have said, and fetches the rest.

Runs on start, every few minutes and on command. A lost broker loses nothing, and a new service
builds its copies from the others' logs.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update

from chassis.events import inbox
from chassis.events.envelope import Event
from chassis.http.peers import PeerUnavailable
from chassis.process.clock import now
from chassis.process.manifest import owner_of
from chassis.process.runtime import Runtime
from chassis.process.telemetry import log

_PAGE = 200


def sources_of(runtime: Runtime) -> dict[str, list[str]]:
    """Name the services this one hears, with the types it hears from each."""
    sources: dict[str, list[str]] = {}
    for event_type in sorted(runtime.heard):
        for owner in owner_of(event_type, runtime.manifests):
            if owner != runtime.name:
                sources.setdefault(owner, []).append(event_type)
    return sources


@dataclass
class Reconciler:
    """Reads the feeds of every service whose events this one hears."""

    runtime: Runtime
    fetched: int = field(default=0, init=False)

    def run(self) -> bool:
        """Compare with every source once; as a background loop it runs again soon after one failed.

        Raises `PeerUnavailable` after all the others were compared.
        """
        if unavailable := self.compare_all():
            raise unavailable[0]
        return False

    def compare_all(self) -> list[PeerUnavailable]:
        """Compare with every source once; returns the refusals of those that did not answer."""
        unavailable: list[PeerUnavailable] = []
        for source, types in sources_of(self.runtime).items():
            try:
                self.fetched += self.compare(source, types)
            except PeerUnavailable as error:
                log.warning("feed_unavailable", source=source, reason=str(error))
                unavailable.append(error)
        return unavailable

    def compare(self, source: str, types: list[str]) -> int:
        """Store what is missing from one source's feed; returns how many events that was."""
        stored = 0
        cursor = self._cursor(source, types)
        while True:
            page = self._read(source, types, cursor.position)
            if page["head"] < cursor.position:
                cursor = self._restart(cursor)
                continue
            events = [Event.from_cloudevent(event) for event in page["data"]]
            stored += inbox.keep(self.runtime, events, born_at=cursor.born_at)
            cursor = self._advance(cursor, page["next_after"])
            if not page["has_more"]:
                return stored

    def from_the_beginning(self) -> int:
        """Read every feed again from its first event; what is known already stays as it is."""
        cursors = self.runtime.db.plumbing.feed_cursors
        with self.runtime.db.transaction() as session:
            session.execute(update(cursors).values(position=0))
        before = self.fetched
        self.compare_all()
        return self.fetched - before

    def _read(self, source: str, types: list[str], after: int) -> Any:
        path = f"/api/{source}/v1/events?after={after}&limit={_PAGE}&types={','.join(types)}"
        answer = self.runtime.peers[source].get(path)
        if answer.status != 200:
            raise PeerUnavailable(peer=source, reason=f"status {answer.status}")
        return answer.json()

    def _cursor(self, source: str, types: list[str]) -> "Cursor":
        cursors = self.runtime.db.plumbing.feed_cursors
        row = self.runtime.db.session.execute(
            select(cursors).where(cursors.c.source == source)
        ).one_or_none()
        self.runtime.db.session.rollback()
        if row is not None:
            return Cursor(source, row.position, row.born_at_position)
        head = self._read(source, types, 0)["head"]
        with self.runtime.db.transaction() as session:
            session.execute(
                insert(cursors).values(
                    source=source, position=0, born_at_position=head, checked_at=now()
                )
            )
        return Cursor(source, 0, head)

    def _restart(self, cursor: "Cursor") -> "Cursor":
        """The source lost its database or got an older one back: its numbers begin anew.

        All it says now happened in this service's lifetime; what is known already stays.
        """
        log.warning("feed_began_anew", source=cursor.source, position=cursor.position)
        cursors = self.runtime.db.plumbing.feed_cursors
        with self.runtime.db.transaction() as session:
            session.execute(
                update(cursors)
                .where(cursors.c.source == cursor.source)
                .values(position=0, born_at_position=0, checked_at=now())
            )
        return Cursor(cursor.source, 0, 0)

    def _advance(self, cursor: "Cursor", position: int) -> "Cursor":
        cursors = self.runtime.db.plumbing.feed_cursors
        with self.runtime.db.transaction() as session:
            session.execute(
                update(cursors)
                .where(cursors.c.source == cursor.source)
                .values(position=position, checked_at=now())
            )
        return Cursor(cursor.source, position, cursor.born_at)


@dataclass(frozen=True)
class Cursor:
    """How far a feed has been read; events up to `born_at` are older than this service."""

    source: str
    position: int
    born_at: int
