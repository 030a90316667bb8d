"""Ledger against books. Pure: it is given what was promised and what was found."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from tests.faults.books import EVENT_OF, Books, Recorded
from tests.faults.ledger import Ledger, Operation
from tests.faults.verdict import Verdict

MOST_COPIES = 3
Step = tuple[str, str]


def judge(
    ledger: Ledger, books: Books, *, backlog: Mapping[str, int], sender_crashes: int
) -> Verdict:
    """This function will compare what was promised with what was found.

    `backlog` is what was still under way at the end, `sender_crashes` how often a process that
    sends mail was ended on purpose: so many extra copies are explained.
    """
    verdict = Verdict()
    _steps(verdict, ledger, books)
    _drafts(verdict, ledger, books)
    _events(verdict, books)
    _positions(verdict, books)
    _handlings(verdict, books)
    _inboxes(verdict, books)
    _effects(verdict, books)
    _notices(verdict, books)
    _mails(verdict, books, sender_crashes)
    _uploads(verdict, ledger, books)
    _objects(verdict, ledger, books)
    for kind, count in backlog.items():
        verdict.add("stuck", kind, count)
    for told in ledger.refusals:
        verdict.add("refused", told)
    for told in books.foreign:
        verdict.add("leaked", told)
    verdict.figures |= {
        "operations acknowledged": sum(one.acknowledged for one in ledger.operations.values()),
        "events": len(books.events),
        "events handled": sum(row.status == "done" for row in books.heard),
        "notices": sum(books.notices.values()),
        "mails handed over": sum(books.copies.get(notice, 0) > 0 for notice in books.mails),
        "documents": len(books.documents),
    }
    return verdict


def _steps(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each acknowledged step exactly once in the proposal's history; nothing beyond attempts."""
    asked: dict[Step, list[Operation]] = defaultdict(list)
    for one in ledger.of(*EVENT_OF):
        asked[(one.about, one.what)].append(one)
    happened = Counter((proposal, what) for proposal, what, _ in books.steps())
    for step in asked.keys() | happened.keys():
        wanted, found = len(asked.get(step, [])), happened[step]
        sure = sum(one.acknowledged for one in asked.get(step, []))
        verdict.add("lost", f"{step}: {found} of {sure}", sure - found)
        verdict.add("duplicate" if wanted else "ghost", f"{step}: {found}", found - wanted)
        verdict.add("recovered", f"{step}", min(found, wanted) - sure)


def _drafts(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    drafts = {one.answer["id"] for one in ledger.of("draft") if one.answer}
    for missing in drafts - books.versions.keys():
        verdict.add("lost", f"draft {missing}")


def _events(verdict: Verdict, books: Books) -> None:
    """A step of history and its event are one: neither without the other."""
    steps = {(proposal, version): what for proposal, what, version in books.steps()}
    told: dict[tuple[str, int], list[Recorded]] = defaultdict(list)
    for event in books.events:
        if event.source == "proposal" and event.subject.startswith("proposal/"):
            told[(event.subject.removeprefix("proposal/"), event.version)].append(event)
    for step in steps.keys() - told.keys():
        verdict.add("torn", f"step without its event: {step} {steps[step]}")
    for step in told.keys() - steps.keys():
        verdict.add("torn", f"event without its step: {step}")
    for step, events in told.items():
        verdict.add("duplicate", f"events of {step}", len(events) - 1)


def _positions(verdict: Verdict, books: Books) -> None:
    places = Counter((event.source, event.position) for event in books.events if event.position)
    for place, count in places.items():
        verdict.add("duplicate", f"position {place}", count - 1)


def _handlings(verdict: Verdict, books: Books) -> None:
    """Each published event once in the inbox of each service that must hear it."""
    rows = Counter((row.hearer, row.event_id) for row in books.heard)
    for event in books.events:
        for hearer, types in books.hearers.items():
            if event.type not in types or hearer == event.source:
                continue
            found, told = rows[(hearer, event.id)], f"{event.type} {event.id} at {hearer}"
            verdict.add("duplicate", told, found - 1)
            if not found and event.published:
                verdict.add("unrouted" if event.unrouted else "lost", told)


def _inboxes(verdict: Verdict, books: Books) -> None:
    known = {event.id for event in books.events}
    for row in books.heard:
        if row.status == "parked":
            verdict.add("parked", f"{row.hearer}: {row.error}")
        if row.status == "done" and row.event_id not in known:
            verdict.add("ghost", f"{row.hearer} handled {row.event_id}, which nobody recorded")


def _effects(verdict: Verdict, books: Books) -> None:
    """The witness writes a row for each handling: one per event, in order per subject."""
    effects = Counter(event for event, _, _ in books.effects)
    for event, count in effects.items():
        verdict.add("duplicate", f"the witness saw {event} {count} times", count - 1)
    for row in books.heard:
        if row.hearer == "witness" and row.status == "done" and not effects[row.event_id]:
            verdict.add("torn", f"handled without its effect: {row.event_id}")
    latest: dict[str, int] = {}
    for _event, subject, version in books.effects:
        if version < latest.get(subject, 0):
            verdict.add("reordered", f"{subject}: {version} after {latest[subject]}")
        latest[subject] = max(version, latest.get(subject, 0))


def _notices(verdict: Verdict, books: Books) -> None:
    """The applicant has one notice of each step."""
    told = Counter(event for event, _who in books.notices)
    heard = (row for row in books.heard if row.hearer == "notification")
    done = {row.event_id for row in heard if row.status == "done"}
    for event in books.events:
        if event.type in EVENT_OF.values() and event.id in done and not told[event.id]:
            verdict.add("lost", f"nobody was told of {event.type} {event.id}")
    for (event_id, who), count in books.notices.items():
        verdict.add("duplicate", f"notice of {event_id} to {who}", count - 1)


def _mails(verdict: Verdict, books: Books, sender_crashes: int) -> None:
    """Each mail was handed over; extra copies are no more than crashes explain."""
    extra = 0
    for notice, state in books.mails.items():
        copies = books.copies.get(notice, 0)
        extra += max(0, copies - 1)
        verdict.add("copies", f"{copies} copies of {notice}", copies - MOST_COPIES)
        if state in ("sent", "failed") and not copies:
            verdict.add("lost", f"mail {notice} is {state} and never came")
    verdict.figures["extra copies of mails"] = extra
    verdict.add("copies", f"{extra} for {sender_crashes} crashes", extra - sender_crashes)


def _uploads(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each acknowledged upload is the document that was sent."""
    for one in ledger.of("upload"):
        if one.answer is None:
            continue
        digest = books.documents.get(one.answer["id"])
        if digest is None:
            verdict.add("lost", f"document {one.answer['id']}")
        elif digest != one.about:
            verdict.add("torn", f"document {one.answer['id']} is another one")


def _objects(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each document has exactly its bytes, and there is one for each upload."""
    uploads = Counter(one.about for one in ledger.of("upload"))
    for digest, count in Counter(books.documents.values()).items():
        kind = "duplicate" if uploads[digest] else "ghost"
        verdict.add(kind, f"document of {digest[:12]}", count - uploads[digest])
    for document, digest in books.documents.items():
        if books.objects[document] != digest:
            verdict.add("torn", f"document {document} without its bytes")
