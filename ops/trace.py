"""`./simpul trace`: one proposal through all services, ordered by time.

What was recorded and published, who received it and how that went, and every try to
deliver a notice. It reads each service's own log and shows no content and no names.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from chassis.process.manifest import discover, hearers_of
from ops import folder, operator
from ops.journey.web import Unexpected, expect
from ops.operator import Operator
from ops.speech import Stop, choose, complain, say
from ops.tracing import Row, recorded_row, row_of_hearing, rows_of_delivery, table, unheard_row

NOTIFIER = "notification"
# An event id begins with the time of the machine that made it; clocks differ a little.
CLOCKS_DIFFER = timedelta(hours=1)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "number",
        metavar=choose("nomor", "number"),
        help=choose("misalnya DEMO/BEBAS-HUKDIS/2026/000001", "e.g. DEMO/BEBAS-HUKDIS/2026/000001"),
    )
    parser.add_argument(
        "--url",
        metavar="URL",
        help=choose(
            "alamat sistem, bila bukan milik folder itu",
            "the system's address, when it is not the folder's own",
        ),
    )
    folder.add_option(parser)


def run(options: argparse.Namespace) -> int:
    operating = operator.of(options.data, options.url)
    try:
        return report(operating, options.number)
    except Unexpected as error:
        raise Stop(str(error), str(error)) from error


def report(operating: Operator, number: str) -> int:
    """Print a proposal's trace; return 1 when a service could not be asked."""
    trace = follow(operating, number)
    print(table(trace.rows()))
    say(
        f"{len(trace.recorded)} peristiwa dicatat, {len(trace.heard)} kali diterima, "
        f"{trace.tries} percobaan mengirim.",
        f"{len(trace.recorded)} events recorded, {len(trace.heard)} times received, "
        f"{trace.tries} tries to send.",
    )
    for service, reason in trace.silent.items():
        complain(choose(f"{service} tidak menjawab: ", f"{service} does not answer: ") + reason)
    return 1 if trace.silent else 0


@dataclass
class Trace:
    """What all services know of one proposal."""

    recorded: dict[tuple[str, str], Any] = field(default_factory=dict)
    heard: dict[tuple[str, str], Any] = field(default_factory=dict)
    deliveries: list[Any] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)

    @property
    def tries(self) -> int:
        return sum(len(delivery["attempts"]) for delivery in self.deliveries)

    @property
    def subjects(self) -> set[str]:
        return {event["subject"] for event in (*self.recorded.values(), *self.heard.values())}

    def add(self, service: str, page: Mapping[str, Any]) -> None:
        self.recorded.update({(service, event["event_id"]): event for event in page["recorded"]})
        self.heard.update({(service, event["event_id"]): event for event in page["heard"]})

    def rows(self) -> list[Row]:
        rows = [recorded_row(service, event) for (service, _), event in self.recorded.items()]
        rows += [row_of_hearing(service, event) for (service, _), event in self.heard.items()]
        rows += [
            row for delivery in self.deliveries for row in rows_of_delivery(NOTIFIER, delivery)
        ]
        return sorted([*rows, *self._missing()])

    def _missing(self) -> Iterator[Row]:
        manifests = discover()
        for event in self.recorded.values():
            for hearer in hearers_of(event["type"], manifests):
                if (hearer, event["event_id"]) not in self.heard and hearer not in self.silent:
                    yield unheard_row(hearer, event)


def follow(operating: Operator, number: str) -> Trace:
    """Ask every service; note those that do not answer as silent.

    Raises `Stop` for a number nobody knows, `Unexpected` when that cannot be asked.
    """
    proposal = find(operating, number)
    subject = f"proposal/{proposal['id']}"
    after = first_id(datetime.fromisoformat(proposal["created_at"]) - CLOCKS_DIFFER)
    trace = Trace()
    _ask_all(operating, trace, {subject}, after)
    # A result document has a subject of its own; its upload and its archiving belong here too.
    _ask_all(operating, trace, trace.subjects - {subject}, after)
    try:
        trace.deliveries += pages_of_deliveries(operating, subject)
    except Unexpected as error:
        trace.silent[NOTIFIER] = str(error)
    return trace


def find(operating: Operator, number: str) -> Any:
    answer = operating.ask(f"/api/proposal/v1/numbers?number={quote(number, safe='')}")
    if answer.status == 404:
        raise Stop(
            f"tidak ada usulan bernomor {number!r}", f"no proposal has the number {number!r}"
        )
    return expect(200, answer).json()


def first_id(moment: datetime) -> str:
    """Return the id that sorts before every event id made since then."""
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000"


def _ask_all(operating: Operator, trace: Trace, subjects: set[str], after: str) -> None:
    for service in discover():
        for subject in sorted(subjects):
            try:
                for page in pages_of_trace(operating, service, subject, after):
                    trace.add(service, page)
            except Unexpected as error:
                trace.silent[service] = str(error)


def pages_of_trace(
    operating: Operator, service: str, subject: str, after: str
) -> Iterator[Mapping[str, Any]]:
    while True:
        path = f"/api/{service}/v1/trace?subject={quote(subject)}&limit=500&after={after}"
        page = operating.get(path)
        yield page
        if not page["has_more"]:
            return
        after = page["next_after"]


def pages_of_deliveries(operating: Operator, subject: str) -> Iterator[Any]:
    path = f"/api/{NOTIFIER}/v1/deliveries?limit=100&subject={quote(subject)}"
    more = ""
    while True:
        page = operating.get(path + more)
        yield from page["data"]
        if not page["page"]["has_more"]:
            return
        more = f"&cursor={quote(page['page']['next_cursor'])}"
