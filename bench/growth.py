"""The same questions at a thousand proposals and at a million, on the same system as it grows.

The proposals are copies of one that was filed over HTTP, made by the database. One in twenty waits
at its first stage, the others are done; names are spread over five hundred and one, and one in a
thousand belongs to the person who asks for their own.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from typing import Any

from bench.copies import books_of, copy, count_waiting, key_of, number_them
from bench.driver import Load, ask
from bench.filing import APPLICANT, submits, submitted
from bench.forms import Form
from bench.stats import percentile
from bench.turns import asked
from ops.journey.case import API

BATCH = 50_000
WAITING_ONE_IN = 20
NAMES = 501
SUBMIT, STATUS = "submit", "public status"
# What is asked, and as whom; {id}, {number} and {name} are of proposals that are there.
GETS = {
    "inbox": ("umpeg", "/inbox?limit=20"),
    "inbox, a word": ("umpeg", "/inbox?limit=20&q={name}"),
    "counters": ("umpeg", "/inbox/counts"),
    "decided": ("umpeg", "/decided?limit=20"),
    "decided, of a layanan": ("umpeg", "/decided?limit=20&layanan=bebas_hukdis"),
    "own proposals": (APPLICANT, "/proposals?limit=20"),
    "history": (APPLICANT, "/proposals/{id}/history"),
}
OPERATIONS = (*GETS, STATUS, SUBMIT)


@dataclass(frozen=True)
class Size:
    """What was found at one size."""

    count: int
    p95: dict[str, float] = field(default_factory=dict)  # ms
    statements: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Grown:
    """What was found, the least size first."""

    at: list[Size]

    def to_json(self) -> str:
        return json.dumps([asdict(size) for size in self.at])


def grow(form: Form, sizes: list[int], times: int) -> Grown:
    """Fill the system up to each size and ask everything so often at each."""
    model, found = submitted(form), list[Size]()
    for size in sizes:
        books = books_of(form, "proposal")
        fill_up(books, model, size)
        books.close()
        found.append(Size(size))
        form.settle(120)
        for name in (*GETS, STATUS):
            _measure(form, found[-1], name, _asks(form, name, model), times)
        with submits(form, times + 2) as requests:
            _measure(form, found[-1], SUBMIT, requests, times)
    return Grown(found)


def _measure(form: Form, size: Size, name: str, requests: Iterator[bytes], times: int) -> None:
    address = form.direct("proposal")
    asked(address, islice(requests, 2), Load(1, count=2))  # warm
    before = form.used()
    took = asked(address, islice(requests, times), Load(1, count=times)).times
    size.p95[name] = 1000 * percentile(took, 95)
    size.statements[name] = form.used().since(before).counted["statements"] / times


def _asks(form: Form, name: str, model: str) -> Iterator[bytes]:
    base = form.direct("proposal") + API
    if name == STATUS:
        told = form.people.person(APPLICANT).get(f"{API}/proposals/{model}")
        question = {"number": told["number"], "lookup_code": told["lookup_code"]}
        body = json.dumps(question).encode()
        headers = {"Content-Type": "application/json"}
        return cycle([ask("POST", f"{base}/status", body=body, **headers)])
    who, path = GETS[name]
    paths = [path.format(id=model, name=f"nama{number}") for number in range(20)]
    return cycle([ask("GET", base + one, form.people.token(who)) for one in paths])


def fill_up(books: Any, model: str, size: int) -> None:
    """Add copies of a submitted proposal until there are so many."""
    there = int(books.run("SELECT count(*) FROM proposals")[0][0])
    for begin in range(there, size, BATCH):
        _add(books, model, begin, min(BATCH, size - begin))
    books.run("ANALYZE")


def _add(books: Any, model: str, offset: int, count: int) -> None:
    number_them(books, count)
    source = {"source": key_of(books, model)}
    place = f"(numbered.n + {offset})"
    waits = f"{place} %% {WAITING_ONE_IN} = 0"
    own = {
        "id": "numbered.id",
        "number": f"'DEMO/BENCH/2026/' || {place}",
        "applicant_id": f"CASE WHEN {place} %% 1000 = 1 THEN t.applicant_id ELSE numbered.id END",
        "stage": f"CASE WHEN {waits} THEN t.stage ELSE 'completed' END",
        "decided": "true",
    }
    copy(books, "proposals", "t.id = %(source)s", own, **source)
    copy_history(books, source)
    _copy_words(books, place)
    waiting = sum((offset + n) % WAITING_ONE_IN == 0 for n in range(1, count + 1))
    count_waiting(books, model, waiting)


def copy_history(books: Any, source: dict[str, str]) -> None:
    """Copy the history; a last line says that Umpeg decided, of one in ten."""
    own = {"id": books.new_id, "proposal_id": "numbered.id"}
    copy(books, "history_entries", "t.proposal_id = %(source)s", own, **source)
    umpeg = "(SELECT employee_id FROM role_grants WHERE role = 'umpeg' LIMIT 1)"
    decided = {
        **own,
        "sequence": "t.sequence + 1000",
        "action": "'approve'",
        "happened": "'approve'",
        "role": "'umpeg'",
        "actor_id": umpeg,
    }
    last = "t.proposal_id = %(source)s AND t.sequence = 1"
    copy(books, "history_entries", last, decided, "AND numbered.n %% 10 = 1", **source)


def _copy_words(books: Any, place: str) -> None:
    [(region,)] = books.run("SELECT region FROM proposals LIMIT 1")
    for word in (f"'demo/bench/2026/' || {place}", f"'nama' || ({place} %% {NAMES})", "'contoh'"):
        books.run(
            "INSERT INTO search_words (proposal_id, word, region)"
            f" SELECT numbered.id, {word}, %(region)s FROM numbered",
            region=region,
        )
