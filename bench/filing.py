"""One proposal filed over HTTP, as many copies of it as are wanted, and requests that send them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from bench.copies import books_of, copies_of
from bench.driver import ask
from bench.forms import Form
from ops.journey import applying
from ops.journey.case import API, Case
from ops.journey.web import Web

APPLICANT = "applicant"


@dataclass(frozen=True)
class Draft:
    """A complete draft, and the tag under which it can be changed."""

    id: str
    etag: str


def a_draft(form: Form) -> Draft:
    """File a draft with all its papers."""
    case = _case(form)
    applying.file_draft(case)
    applying.attach_documents(case)
    _, etag = case.seen_by(case.applicant)
    return Draft(case.proposal_id, etag)


def submitted(form: Form) -> str:
    """File a proposal and submit it; return its id."""
    case = _case(form)
    applying.file_draft(case)
    applying.attach_documents(case)
    applying.submit(case)
    return case.proposal_id


def submits(form: Form, draft: Draft, count: int) -> Iterator[bytes]:
    """Return requests that submit so many copies of a draft."""
    books = books_of(form, "proposal")
    ids = copies_of(books, draft.id, count)
    books.close()
    token, base = form.people.token(APPLICANT), f"{form.direct('proposal')}{API}/proposals"
    return iter([_submit(f"{base}/{uuid.UUID(one)}", token, draft.etag) for one in ids])


def _submit(address: str, token: str, etag: str) -> bytes:
    more = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": etag}
    headers = {"Content-Type": "application/json", **more}
    return ask("POST", f"{address}/submit", token, b"{}", **headers)


def _case(form: Form) -> Case:
    case = Case(Web(form.url), form.people.accounts)
    case.people[APPLICANT] = form.people.person(APPLICANT)
    return case
