"""Compares what a service has heard with what the others have said, and fetches the rest.

Runs on start, every few minutes and on command. A lost broker loses nothing, and a new service
builds its copies from the others' logs.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chassis.events import feed, inbox
from chassis.events.cursors import Cursor, Cursors, together
from chassis.events.envelope import Event
from chassis.http.peers import PeerUnavailable
from chassis.process import regions
from chassis.process.manifest import owner_of
from chassis.process.runtime import Runtime
from chassis.process.telemetry import log

_PAGE = 200


class FeedBeganAnew(Exception):
    """The source lost its database or got an older one back: its positions begin anew."""


def sources_of(runtime: Runtime) -> dict[str, list[str]]:
    """Name the services this one hears, with the types it hears from each."""
    sources: dict[str, list[str]] = {}
    for event_type in sorted(runtime.heard):
        for owner in owner_of(event_type, runtime.manifests):
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
        try:
            cursors = self._cursors(source, types)
            return sum(self._read_on(source, group) for group in together(cursors, _PAGE))
        except FeedBeganAnew:
            # All it says now happened in this service's lifetime; what is known already stays.
            log.warning("feed_began_anew", source=source)
            self._store.begin_anew(source)
            return self.compare(source, types)

    def from_the_beginning(self) -> int:
        """Read every feed again from its first event; what is known already stays as it is."""
        self._store.rewind()
        before = self.fetched
        self.compare_all()
        return self.fetched - before

    def _read(self, source: str, types: list[str], after: int) -> Any:
        if source == self.runtime.name:
            # What it says itself and hears, a broker can lose like any other's.
            with regions.all_regions():
                return feed.page(self.runtime, after, types, _PAGE)
        path = f"/api/{source}/v1/events?after={after}&limit={_PAGE}&types={','.join(types)}"
        answer = self.runtime.peers[source].get(path)
        if answer.status != 200:
            raise PeerUnavailable(peer=source, reason=f"status {answer.status}")
        return answer.json()

    def _cursors(self, source: str, types: list[str]) -> list[Cursor]:
        """Find how far each type was read. One that is heard for the first time has all its past
        before it, and that is old: what its source had said when the others were last compared.
        """
        compared = self._store.compared(source)
        if compared is None:
            return self._store.begin(source, types, self._head(source, types))
        known = self._store.known(source, types)
        if new := [name for name in types if name not in known]:
            log.info("feed_of_new_types", source=source, types=new)
            known |= self._store.add(source, new, compared or self._head(source, types))
        return list(known.values())

    def _head(self, source: str, types: list[str]) -> int:
        return int(self._read(source, types, 0)["head"])

    def _read_on(self, source: str, group: list[Cursor]) -> int:
        """Read types from the first that one of them has not had yet to the end of the log."""
        stored, position = 0, min(cursor.position for cursor in group)
        born_at = {cursor.type: cursor.born_at for cursor in group}
        while True:
            page = self._read(source, list(born_at), position)
            if page["head"] < position:
                raise FeedBeganAnew(source)
            events = [Event.from_cloudevent(event) for event in page["data"]]
            stored += inbox.keep(self.runtime, events, born_at=born_at)
            position = page["next_after"]
            self._store.advance(source, born_at, position)
            if not page["has_more"]:
                return stored

    @cached_property
    def _store(self) -> Cursors:
        return Cursors(self.runtime.db)
