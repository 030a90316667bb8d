"""The system under test: the distributed form with a witness, a mail relay and armed fail points."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from ops.cluster import plan
from ops.cluster.supervisor import Supervisor
from ops.journey.web import Person
from tests.builders.engines import engine_folder
from tests.faults.keeper import Keeper, supervisor_of
from tests.faults.mail_server import MailServer

SERVICES = ("identity", "proposal", "documents", "notification", "witness")


@dataclass
class Arena:
    """Everything a run needs to break and to look at."""

    folder: Path
    supervisor: Supervisor
    mail: MailServer
    keeper: Keeper | None = None
    people: dict[str, Person] = field(default_factory=dict)  # who is signed in already

    @property
    def url(self) -> str:
        return self.supervisor.plan.public_url

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.jsonl"

    @property
    def failpoints(self) -> Path:
        return self.folder / "failpoints"

    def arm(self, point: str, part: str, what: str = "kill") -> None:
        """Have the first process of a part that reaches the point do `what`."""
        folder = self.failpoints / part
        draft = folder / f".{point}"
        draft.write_text(what)
        draft.rename(folder / point)

    def disarm(self) -> None:
        """Take away what nobody reached."""
        for path in self.failpoints.glob("*/*"):
            if path.suffix != ".hit":
                path.unlink(missing_ok=True)

    def hits(self) -> Counter[str]:
        """How often each point did what it was armed for."""
        return Counter(path.name.rsplit(".", 2)[0] for path in self.failpoints.glob("*/*.hit"))

    def database(self, service: str) -> psycopg.Connection[Any]:
        """Connect as the owner, past row security: the books are read from outside."""
        url = self.supervisor.engines["postgres"].owner_url(service).replace("+psycopg", "")
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    @property
    def copies(self) -> Counter[str]:
        """How often the mail of each notice was taken; its Message-ID is the notice's id."""
        taken = dict(self.mail.copies)
        return Counter({str(one).strip("<>").partition("@")[0]: n for one, n in taken.items()})

    def backlog(self) -> dict[str, int]:
        """What is still under way, by kind; empty when the system is at rest."""
        found: Counter[str] = Counter()
        for service in SERVICES:
            with self.database(service) as db:
                found["events to publish"] += _one(db, "outbox WHERE published_at IS NULL")
                found["events to handle"] += _one(db, "inbox WHERE status = 'pending'")
                if service == "proposal":  # its other timers are about days
                    receipts = "kind = 'proposal.make_receipt'"
                    found["receipts to make"] += _one(
                        db, f"timers WHERE status = 'pending' AND {receipts}"
                    )
                if service == "witness":
                    found["timers to ring"] += _one(db, "timers WHERE status = 'pending'")
                    found["jobs to do"] += _one(db, "jobs WHERE status = 'pending'")
        with self.database("notification") as db:
            found["notices to send"] += _one(db, "deliveries WHERE state IN ('pending','sending')")
        return {kind: count for kind, count in found.items() if count}

    def rest(self, seconds: float) -> dict[str, int]:
        """Wait until nothing is under way; returns what still is when the time is up."""
        deadline = time.monotonic() + seconds
        left = self.backlog()
        while left and time.monotonic() < deadline:
            time.sleep(0.5)
            left = self.backlog()
        return left


def _one(db: psycopg.Connection[Any], rest: str) -> int:
    row = db.execute(f"SELECT count(*) FROM {rest}").fetchone()  # noqa: S608 - our own words
    return int(row[0]) if row else 0


@contextmanager
def arena(
    *, reconcile: float = 0, settings: Mapping[str, str] | None = None, mortal: bool = False
) -> Iterator[Arena]:
    """Start it all in a temporary folder; `reconcile` seconds between comparisons, 0 = never.

    A `mortal` supervisor is a process of its own; else this process is the supervisor.
    """
    mail = MailServer()
    with engine_folder() as folder:
        for part in (*SERVICES, "gateway", "portal"):
            (folder / "failpoints" / part).mkdir(parents=True)
        extra = {
            "FAILPOINTS": str(folder / "failpoints"),
            "RECONCILE_EVERY": str(reconcile),
            "RETRY_SCHEDULE": "0,1,2,4,8,8,8,8",
            "SEND_CLAIM": "20",
            "UPLOADS_PER_DAY": "1000000",
            "UPLOAD_MEGABYTES_PER_DAY": "1000000",
            "MAIL_URL": f"smtp://127.0.0.1:{mail.port}?tls=none",
            "MAIL_FROM": "layanan@bkpsdm.example",
            **(settings or {}),
        }
        plan.load(folder / "cluster", 0)
        supervisor = supervisor_of(folder / "cluster", extra)
        keeper = Keeper(folder / "cluster", extra) if mortal else None
        try:
            if keeper:
                keeper.start()
            else:
                supervisor.start()
                supervisor.keep(engines=False)
            yield Arena(folder, supervisor, mail, keeper)
        finally:
            (keeper or supervisor).stop()
            mail.close()
