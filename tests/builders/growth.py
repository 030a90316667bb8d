"""Services that hold much, and what is asked of them all day: what every question may read.

A page shows twenty rows, and no question reads more than twenty times as many, however much there
is. Where a question may read more, it says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.builders.drawn import ALL
from tests.builders.service import Service
from tests.documents import grown as documents
from tests.documents.questions import QUESTIONS as OF_DOCUMENTS
from tests.identity import grown as identity
from tests.identity.questions import QUESTIONS as OF_IDENTITY
from tests.notification import grown as notification
from tests.notification.questions import QUESTIONS as OF_NOTIFICATION
from tests.proposal import grown as proposal
from tests.proposal.office import Office
from tests.proposal.questions import QUESTIONS as OF_PROPOSAL

SIZE = 20_000 if ALL else 6_000  # a change tries what is found at a third of the size
ROWS = 20 * 20
# Words are counted, up to a thousand each, before one of two ways to find them is taken.
ROWS_OF_WORDS = 5_000
STEPS_A_ROW = 25  # instructions of SQLite's machine for a row that is looked at


@dataclass(frozen=True)
class Grown:
    """A service, how it is filled, and what is asked of it."""

    fill: Callable[[Service, int], None]
    questions: dict[str, Callable[[], Any]]


def _office(service: Service, size: int) -> None:
    office = Office(service)
    office.open()
    proposal.fill(office, size)


GROWN = {
    "documents": Grown(documents.fill, OF_DOCUMENTS),
    "identity": Grown(identity.fill, OF_IDENTITY),
    "notification": Grown(notification.fill, OF_NOTIFICATION),
    "proposal": Grown(_office, OF_PROPOSAL),
}
ASKED = [(name, question) for name, one in GROWN.items() for question in one.questions]
# What reads more, and why.
MORE = {
    ("identity", "employees, siti"): "names that begin alike stand together in a list by name",
    ("identity", "employees, siti contoh"): "the same",
    ("notification", "what dead senders left"): "once in twenty seconds it looks at what waits",
    ("proposal", "vacancies"): "a loop that looks at everything that waits",
    ("proposal", "what hangs on an officer"): "it asks of each case who else would decide it",
    ("proposal", "decided by an OPD, counted"): "counted up to ten thousand",
    ("proposal", "decided by the region, counted"): "counted up to ten thousand",
}


def most_rows(service: str, question: str) -> int:
    """Return how many rows a question may look at."""
    is_of_words = "word" in question or "name" in question or question.startswith(_BY_WORDS)
    return ROWS_OF_WORDS if is_of_words else ROWS


_BY_WORDS = ("employees, ", "deliveries, ")
