"""What really happened, read from outside after the faults: databases, objects, delivered mail."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.documents.adapters.stores.opening import open_store
from services.documents.adapters.stores.protocol import ObjectMissing
from tests.faults import expected
from tests.faults.arena import SERVICES, Arena
from tests.faults.expected import Told

EVENT_OF = {
    "submit": "proposal.submitted.v1",
    "approve": "proposal.advanced.v1",
    "revise": "proposal.returned.v1",
    "resubmit": "proposal.resubmitted.v1",
    "reject": "proposal.rejected.v1",
    "withdraw": "proposal.withdrawn.v1",
    "result": "proposal.completed.v1",
}


@dataclass(frozen=True)
class Recorded:
    """One event of a service's log."""

    id: str
    source: str
    type: str
    subject: str
    position: int | None
    published: bool
    unrouted: bool
    version: int
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """One row of a hearer's inbox."""

    hearer: str
    event_id: str
    status: str
    error: str | None


@dataclass(frozen=True)
class Mail:
    """The mail of a notice. `unsure`: tries of which nobody knows whether they got through."""

    state: str
    unsure: int = 0


@dataclass(frozen=True)
class Attached:
    """A document in a proposal, and the digest the proposal believes it to have."""

    proposal: str
    requirement: str
    document: str
    digest: str


@dataclass
class Books:
    """Everything the verdict compares with the ledger."""

    events: list[Recorded] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    hearers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    effects: list[tuple[str, str, int]] = field(default_factory=list)  # event, subject, version
    rings: Counter[str] = field(default_factory=Counter)  # of the timers set with effects
    walks: dict[str, list[int]] = field(default_factory=dict)  # the parts done of each job
    history: list[tuple[str, str, int]] = field(default_factory=list)  # proposal, action, version
    versions: dict[str, int] = field(default_factory=dict)
    attached: list[Attached] = field(default_factory=list)
    due: Counter[Told] = field(default_factory=Counter)  # by the rules, of all events
    mailed: frozenset[str] = frozenset()  # the rules whose notices also go out as mail
    notices: dict[str, Told] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)  # by notice
    copies: Mapping[str, int] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)  # id → sha256 of the row
    made: dict[str, str] = field(default_factory=dict)  # id → what a service made it for
    objects: dict[str, str | None] = field(default_factory=dict)  # id → sha256 of the bytes
    archived: Counter[str] = field(default_factory=Counter)  # documents in archives
    foreign: list[str] = field(default_factory=list)

    def steps(self) -> Iterator[tuple[str, str, int]]:
        """The history's entries that have an event: proposal, what was done, version."""
        for proposal, action, version in self.history:
            what = "result" if action == "enter_result" else action
            if what in EVENT_OF:
                yield proposal, what, version


def read(arena: Arena, *, since: float) -> Books:
    """Read everything recorded after a moment (seconds since the epoch)."""
    books = Books(hearers=expected.hearers(), mailed=expected.mailed_rules())
    for service in SERVICES:
        _logs(arena, books, service, since)
    books.due = expected.notices_due(books.events)
    _effects(arena, books, since)
    _proposals(arena, books, since)
    _notices(arena, books, since)
    _documents(arena, books, since)
    books.copies = arena.copies  # last: what a row calls sent has come by now
    return books


def _logs(arena: Arena, books: Books, service: str, since: float) -> None:
    """What a service recorded and what it heard."""
    with arena.database(service) as db:
        for row in db.execute(
            "SELECT id, type, subject, position, published_at, unrouted, body::json FROM outbox"
            " WHERE recorded_at >= to_timestamp(%s)",
            [since],
        ):
            version, data = int(row[6]["aggregateversion"]), row[6]["data"]
            published, unrouted = row[4] is not None, bool(row[5])
            books.events.append(
                Recorded(str(row[0]), service, *row[1:4], published, unrouted, version, data)
            )
        books.heard += [
            Heard(service, str(row[0]), row[1], row[2])
            for row in db.execute(
                "SELECT event_id, status, error FROM inbox WHERE received_at >= to_timestamp(%s)",
                [since],
            )
        ]


def _effects(arena: Arena, books: Books, since: float) -> None:
    known = {event.id for event in books.events}
    with arena.database("witness") as db:
        rows = db.execute("SELECT event_id, subject, version FROM effects ORDER BY id").fetchall()
        rings = db.execute("SELECT event_id FROM rings").fetchall()
        walks = db.execute(
            "SELECT jobs.id, array_remove(array_agg(number), NULL) FROM jobs"
            " LEFT JOIN steps ON steps.job_id = jobs.id"
            " WHERE created_at >= to_timestamp(%s) AND status = 'done' GROUP BY jobs.id",
            [since],
        ).fetchall()
    # A handling of an event that nobody recorded is a ghost, so nothing is left out here but age.
    books.effects = [(str(r[0]), r[1], r[2]) for r in rows if str(r[0]) in known]
    books.walks = {str(job): sorted(numbers) for job, numbers in walks}
    books.rings = Counter(str(r[0]) for r in rings if str(r[0]) in known)


def _proposals(arena: Arena, books: Books, since: float) -> None:
    with arena.database("proposal") as db:
        for row in db.execute(
            "SELECT id, version FROM proposals WHERE created_at >= to_timestamp(%s)", [since]
        ):
            books.versions[str(row[0])] = row[1]
        books.history = [
            (str(row[0]), row[1], row[2])
            for row in db.execute(
                "SELECT proposal_id, action, sequence FROM history_entries WHERE at >= to_timestamp(%s)",
                [since],
            )
        ]
        books.attached = [
            Attached(str(row[0]), row[1], str(row[2]), row[3])
            for row in db.execute(
                "SELECT proposal_id, requirement, document_id, sha256 FROM proposal_documents"
                " WHERE attached_at >= to_timestamp(%s)",
                [since],
            )
        ]


def _notices(arena: Arena, books: Books, since: float) -> None:
    with arena.database("notification") as db:
        for row in db.execute(
            "SELECT id, event_id, rule, recipient_id FROM notices"
            " WHERE created_at >= to_timestamp(%s)",
            [since],
        ):
            books.notices[str(row[0])] = (str(row[1]), row[2], str(row[3]))
        for row in db.execute(
            "SELECT d.notice_id, d.state, count(*) FILTER"
            " (WHERE a.id IS NOT NULL AND coalesce(a.ending, 'lost') IN ('lost', 'uncertain'))"
            " FROM deliveries d LEFT JOIN attempts a ON a.delivery_id = d.id"
            " WHERE d.channel = 'email' AND d.created_at >= to_timestamp(%s)"
            " GROUP BY d.notice_id, d.state",
            [since],
        ):
            books.mails[str(row[0])] = Mail(row[1], row[2])


def _documents(arena: Arena, books: Books, since: float) -> None:
    store = open_store(arena.supervisor.engines["s3"].url)
    with arena.database("documents") as db:
        rows = db.execute(
            "SELECT id, sha256, object_key, made_for FROM documents"
            " WHERE uploaded_at >= to_timestamp(%s)",
            [since],
        ).fetchall()
        entries = db.execute(
            "SELECT document_id FROM archive_entries WHERE archived_at >= to_timestamp(%s)", [since]
        )
        books.archived = Counter(str(row[0]) for row in entries)
    for row in rows:
        books.documents[str(row[0])] = row[1]
        if row[3] is not None:
            books.made[str(row[0])] = row[3]
        books.objects[str(row[0])] = _digest(store, row[2])


def _digest(store: Any, key: str) -> str | None:
    sink = _Digest()
    try:
        store.read(key, sink)
    except ObjectMissing:
        return None
    return sink.hash.hexdigest()


class _Digest:
    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def write(self, block: bytes, /) -> int:
        self.hash.update(block)
        return len(block)
