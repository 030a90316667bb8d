"""A proposal filed over HTTP, copies of it for as many people, and requests that submit them.

A person has one running proposal of a layanan at most, so each copy belongs to another employee;
once a round is measured its proposals are over, and the same people file again.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.copies import Books, books_of, copies_of, end_all
from bench.driver import ask
from bench.forms import Form
from bench.importing import a_workbook, brought_in
from ops.journey import applying
from ops.journey.case import API, Case
from ops.journey.web import Web

APPLICANT = "applicant"
_STAFF_WITHIN = 120.0


@dataclass(frozen=True)
class Draft:
    """A complete draft, and the tag under which it can be changed."""

    id: str
    etag: str


def a_draft(form: Form) -> Draft:
    """Return a draft with all its papers, filed at the first call."""
    if "draft" not in form.kept:
        case = _filed(form)
        form.kept["draft"] = Draft(case.proposal_id, case.seen_by(case.applicant)[1])
    draft: Draft = form.kept["draft"]
    return draft


def submitted(form: Form) -> str:
    """Return the id of a proposal that was submitted, filed at the first call."""
    if "submitted" not in form.kept:
        case = _filed(form)
        applying.submit(case)
        form.kept["submitted"] = case.proposal_id
    return str(form.kept["submitted"])


@contextmanager
def submits(form: Form, count: int) -> Iterator[Iterator[bytes]]:
    """Return requests that submit so many drafts; after the block those proposals are over."""
    draft, people = a_draft(form), staff(form, count)
    books = books_of(form, "proposal")
    ids = copies_of(books, draft.id, people)
    base = f"{form.direct('proposal')}{API}/proposals"
    requests = [
        _submit(f"{base}/{uuid.UUID(one)}", form.people.token_of(person), draft.etag)
        for one, person in zip(ids, people, strict=True)
    ]
    form.settle()
    yield iter(requests)
    end_all(books, ids)
    books.close()


def staff(form: Form, count: int) -> Sequence[uuid.UUID]:
    """Return so many invented employees, whom proposal knows; brought in as a table if need be."""
    known = _known(books_of(form, "proposal"), count)
    if len(known) < count:
        brought_in(form, a_workbook(count))
    deadline = time.monotonic() + _STAFF_WITHIN
    while len(known) < count:
        if time.monotonic() > deadline:
            raise TimeoutError("the copies of employees do not come")
        time.sleep(0.5)
        known = _known(books_of(form, "proposal"), count)
    return known


def _known(books: Books, count: int) -> list[uuid.UUID]:
    named = "SELECT id FROM employees WHERE name LIKE 'Pegawai Contoh %%' ORDER BY id LIMIT %(n)s"
    rows = books.run(named, n=count)
    books.close()
    return [uuid.UUID(str(row[0])) for row in rows]


def _submit(address: str, token: str, etag: str) -> bytes:
    more = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": etag}
    headers = {"Content-Type": "application/json", **more}
    return ask("POST", f"{address}/submit", token, b"{}", **headers)


def _filed(form: Form) -> Case:
    case = Case(Web(form.url), form.people.accounts)
    case.people[APPLICANT] = form.people.person(APPLICANT)
    applying.file_draft(case)
    applying.attach_documents(case)
    return case
