"""Finding a proposal by its number, by the applicant's name or NIP, or by the layanan.

Each word of these is a row, found by its beginning through an index: the same speed with a
thousand proposals and with a million, on SQLite and PostgreSQL alike.
"""

import re

from sqlalchemy import ColumnElement, and_, select

from services.proposal.models import LONGEST_WORD, Proposal, SearchWord

_WORD = re.compile(r"[^\W_]+")
_SPACED_NIP = re.compile(r"\d{8}(\s*\d+)*")
_MOST = 6
_LAST = "\uffff"


def words_of(*texts: str) -> frozenset[str]:
    """Return the words under which texts are found."""
    return frozenset(word for text in texts for word in _words(text))


def matching(q: str) -> ColumnElement[bool]:
    """Match proposals that have a word beginning with each word of `q`."""
    parts = [_has_word_beginning(word) for word in list(dict.fromkeys(_words(q)))[:_MOST]]
    return and_(*parts) if parts else Proposal.id.is_(None)


def _has_word_beginning(start: str) -> ColumnElement[bool]:
    rows = select(SearchWord.proposal_id).where(
        SearchWord.word >= start, SearchWord.word < start + _LAST
    )
    return Proposal.id.in_(rows)


def _words(text: str) -> list[str]:
    """A number such as DEMO/KGB/2026/000017 and a spaced NIP stay whole."""
    text = text.replace("\x00", "").casefold()
    if _SPACED_NIP.fullmatch(text.strip()):
        text = re.sub(r"\s+", "", text)
    found: list[str] = []
    for part in text.split():
        found += [part] if "/" in part else _WORD.findall(part)
    return [word[:LONGEST_WORD] for word in found]
