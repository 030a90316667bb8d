"""Ledger against books. Pure: it is given what was promised and what was found."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from tests.faults.books import EVENT_OF, Books, Recorded
from tests.faults.ledger import Ledger, Operation
from tests.faults.verdict import Verdict
from tests.faults.witness.app import STEPS

MOST_COPIES = 3
# What proposal calls the document of a result and the receipt among its attachments.
RESULT, RECEIPT = "result", "tanda-terima"
Step = tuple[str, str]


def judge(
    ledger: Ledger, books: Books, *, backlog: Mapping[str, int], sender_crashes: int
) -> Verdict:
    """Compare what was promised with what was found.

    `backlog` is what was still under way at the end, `sender_crashes` how many mails were in the
    hands of a process that was ended on purpose: at most so many extra copies are explained.
    """
    verdict = Verdict()
    _steps(verdict, ledger, books)
    _drafts(verdict, ledger, books)
    _attachments(verdict, ledger, books)
    _receipts(verdict, books)
    _events(verdict, books)
    _stored(verdict, books)
    _positions(verdict, books)
    _handlings(verdict, books)
    _inboxes(verdict, books)
    _effects(verdict, books)
    _timers(verdict, books)
    _jobs(verdict, books)
    _notices(verdict, books)
    _mails(verdict, books, sender_crashes)
    _uploads(verdict, ledger, books)
    _archives(verdict, books)
    _objects(verdict, ledger, books)
    for kind, count in backlog.items():
        verdict.add("stuck", kind, count)
    for told in ledger.refusals:
        verdict.add("refused", told)
    for told in books.foreign:
        verdict.add("leaked", told)
    verdict.figures |= {
        "operations acknowledged": sum(
            operation.acknowledged for operation in ledger.operations.values()
        ),
        "events": len(books.events),
        "events handled": sum(row.status == "done" for row in books.heard),
        "notices": len(books.notices),
        "mails handed over": sum(books.copies.get(notice, 0) > 0 for notice in books.mails),
        "documents": len(books.documents),
    }
    return verdict


def _steps(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each acknowledged step exactly once in the proposal's history; nothing beyond attempts."""
    asked: dict[Step, list[Operation]] = defaultdict(list)
    for operation in ledger.of(*EVENT_OF):
        asked[(operation.about, operation.what)].append(operation)
    happened = Counter((proposal, what) for proposal, what, _ in books.steps())
    for step in asked.keys() | happened.keys():
        wanted, found = len(asked.get(step, [])), happened[step]
        sure = sum(operation.acknowledged for operation in asked.get(step, []))
        verdict.add("lost", f"{step}: {found} of {sure}", sure - found)
        verdict.add("duplicate" if wanted else "ghost", f"{step}: {found}", found - wanted)
        verdict.add("recovered", f"{step}", min(found, wanted) - sure)


def _drafts(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each acknowledged draft is there; there are not more than were asked for."""
    asked = ledger.of("draft")
    drafts = {operation.answer["id"] for operation in asked if operation.answer}
    for missing in drafts - books.versions.keys():
        verdict.add("lost", f"draft {missing}")
    extra = len(books.versions) - len(asked)
    verdict.add("duplicate", f"{len(books.versions)} drafts of {len(asked)}", extra)


def _attachments(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each acknowledged attachment is in its proposal, and is the document that is stored."""
    asked: dict[tuple[str, str, str], list[Operation]] = defaultdict(list)
    for operation in ledger.of("attach"):
        asked[
            (operation.about, operation.facts["requirement"], operation.facts["document"])
        ].append(operation)
    happened = Counter((row.proposal, row.requirement, row.document) for row in books.attached)
    by_people = {row for row in happened if row[1] not in (RESULT, RECEIPT)}
    for attached in asked.keys() | by_people:
        wanted, found = len(asked.get(attached, [])), happened[attached]
        sure = any(operation.acknowledged for operation in asked.get(attached, []))
        verdict.add("lost", f"attached {attached}", sure - found)
        verdict.add("duplicate" if wanted else "ghost", f"attached {attached}", found - wanted)
    results = {row.proposal for row in books.attached if row.requirement == RESULT}
    ended = {proposal for proposal, what, _ in books.steps() if what == "result"}
    for proposal in results ^ ended:
        verdict.add("torn", f"result and its document of {proposal}")
    for row in books.attached:
        if books.documents.get(row.document, row.digest) != row.digest:
            verdict.add("torn", f"{row.document} is not what {row.proposal} believes it to be")


def _receipts(verdict: Verdict, books: Books) -> None:
    """Each proposal that was handed in has one receipt, which is the one document made for it."""
    handed_in = {proposal for proposal, what, _ in books.steps() if what == "submit"}
    filed = Counter(row.proposal for row in books.attached if row.requirement == RECEIPT)
    for proposal in handed_in | filed.keys():
        verdict.add("lost", f"no receipt of {proposal}", (proposal in handed_in) - filed[proposal])
        kind = "duplicate" if proposal in handed_in else "ghost"
        verdict.add(kind, f"receipts of {proposal}", filed[proposal] - (proposal in handed_in))
    receipts = {
        (row.document, f"proposal/{row.proposal}/receipt")
        for row in books.attached
        if row.requirement == RECEIPT
    }
    for made in receipts ^ set(books.made.items()):
        verdict.add("torn", f"a receipt and its proposal: {made}")


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


def _stored(verdict: Verdict, books: Books) -> None:
    """A document and the event that tells of it are one too."""
    told = Counter(
        event.subject.removeprefix("document/")
        for event in books.events
        if event.type == "document.stored.v1"
    )
    for document in books.documents.keys() | told.keys():
        there = document in books.documents
        verdict.add(
            "torn", f"document and event of {document}", abs(there - min(told[document], 1))
        )
        verdict.add("duplicate", f"events of document {document}", told[document] - 1)


def _archives(verdict: Verdict, books: Books) -> None:
    """The document of a result is in its owner's archive once the event was handled."""
    heard = (row for row in books.heard if row.hearer == "documents")
    handled = {row.event_id for row in heard if row.status == "done"}
    for event in books.events:
        if event.type == "result_document.issued.v1" and event.id in handled:
            found = books.archived[event.data["document_id"]]
            verdict.add("lost", f"archive entry of {event.data['document_id']}", 1 - found)
            verdict.add("duplicate", f"archive entries of {event.data['document_id']}", found - 1)


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


def _timers(verdict: Verdict, books: Books) -> None:
    """With each effect the witness sets a timer, which rings once."""
    effects = Counter(event for event, _, _ in books.effects)
    for event in effects.keys() | books.rings.keys():
        rung, due = books.rings[event], effects[event]
        verdict.add("lost", f"the timer of {event} did not ring", due - rung)
        verdict.add("duplicate", f"the timer of {event} rang {rung} times", rung - due)


def _jobs(verdict: Verdict, books: Books) -> None:
    """Each part of a job that is done was done once."""
    for job, numbers in books.walks.items():
        done = Counter(numbers)
        for number in range(1, STEPS + 1):
            verdict.add("lost", f"part {number} of job {job} was not done", 1 - done[number])
            verdict.add("duplicate", f"part {number} of job {job}", done[number] - 1)


def _notices(verdict: Verdict, books: Books) -> None:
    """Everybody whom a rule names has exactly one notice of each event that was handled."""
    heard = (row for row in books.heard if row.hearer == "notification")
    done = {row.event_id for row in heard if row.status == "done"}
    found = Counter(books.notices.values())
    for told in books.due.keys() | found.keys():
        event, rule, who = told
        wanted = books.due[told] if event in done else 0
        verdict.add("lost", f"{who} was not told of {event} ({rule})", wanted - found[told])
        kind = "duplicate" if books.due[told] else "ghost"
        verdict.add(kind, f"{who} was told of {event} ({rule})", found[told] - books.due[told])
    for notice, (event, rule, who) in books.notices.items():
        if rule in books.mailed and notice not in books.mails:
            verdict.add("lost", f"no mail for {who} of {event} ({rule})")


def _mails(verdict: Verdict, books: Books, sender_crashes: int) -> None:
    """Each mail was handed over; extra copies only where it is not known what a try did."""
    extra = 0
    for notice, mail in books.mails.items():
        copies = books.copies.get(notice, 0)
        extra += max(0, copies - 1)
        allowed = min(MOST_COPIES, 1 + mail.unsure)
        verdict.add("copies", f"{copies} of {notice}, {mail.unsure} unsure", copies - allowed)
        if mail.state in ("sent", "failed") and not copies:
            verdict.add("lost", f"mail {notice} is {mail.state} and never came")
    verdict.figures["extra copies of mails"] = extra
    verdict.add("copies", f"{extra} for {sender_crashes} crashes", extra - sender_crashes)


def _uploads(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each acknowledged upload is the document that was sent."""
    for operation in ledger.of("upload"):
        if operation.answer is None:
            continue
        digest = books.documents.get(operation.answer["id"])
        if digest is None:
            verdict.add("lost", f"document {operation.answer['id']}")
        elif digest != operation.about:
            verdict.add("torn", f"document {operation.answer['id']} is another one")


def _objects(verdict: Verdict, ledger: Ledger, books: Books) -> None:
    """Each document has exactly its bytes, and there is one for each upload."""
    uploads = Counter(operation.about for operation in ledger.of("upload"))
    sent = [digest for id_, digest in books.documents.items() if id_ not in books.made]
    for digest, count in Counter(sent).items():
        kind = "duplicate" if uploads[digest] else "ghost"
        verdict.add(kind, f"document of {digest[:12]}", count - uploads[digest])
    for document, digest in books.documents.items():
        if books.objects[document] != digest:
            verdict.add("torn", f"document {document} without its bytes")
