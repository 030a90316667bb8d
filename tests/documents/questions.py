"""What is asked of a documents service that holds much; `grown.fill` made what is there."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from chassis.kernel.errors import NotFound
from services.documents import queries
from services.documents.models import Document, db
from services.documents.usecases import opening, receiving
from services.documents.workers import releasing, scrubbing, sweeping, watching
from tests.documents.grown import person

OWNER = person(3)


def _listed(**wanted: Any) -> Any:
    asked = {"q": "", "category": "", "limit": 20, "cursor": None} | wanted
    return queries.documents(OWNER, **asked)


def _one() -> Document:
    return db.one(select(Document).where(Document.owner_id == OWNER).limit(1))


def _opened() -> None:
    with suppress(NotFound):
        opening.open_granted("nobody's token", OWNER, is_read=False)


QUESTIONS: dict[str, Callable[[], Any]] = {
    "own documents": _listed,
    "own documents, a second page": lambda: _listed(cursor=_listed().next_cursor),
    "own documents, by name": lambda: _listed(q="berkas 9"),
    "own documents, of a category": lambda: _listed(category="surat"),
    "one document": lambda: queries.document(_one().id, OWNER),
    "its views": lambda: queries.views(_one().id, OWNER, limit=20, cursor=None),
    "what a day's quota counts": lambda: receiving._sent(OWNER),
    "a grant": _opened,
    "what is in quarantine": releasing._waiting,
    "how much is in quarantine": watching._count_quarantine,
    "objects that nothing refers to": lambda: sweeping._orphans(
        Document.object_key, [f"objects/{number:012d}" for number in range(50)]
    ),
    "what is to be compared": scrubbing.scrub,
}
