"""Finding a proposal by its number, by the applicant's name or NIP, or by the layanan.

Each word of these is a row, found by its beginning through an index: the same speed with a
thousand proposals and with a million, on SQLite and PostgreSQL alike.
"""

import re

from sqlalchemy import ColumnElement, and_, or_, select

from chassis.data.searching import begins_with
from chassis.kernel.nip import numbers_joined
from chassis.kernel.text import fold, shown_line
from services.proposal.models import LONGEST_WORD, Proposal, SearchWord

_WORD = re.compile(r"[^\W_]+")
_SPACED_NIP = re.compile(r"\d{8}[\d\s]*")
_MOST = 6


def words_of(*texts: str) -> frozenset[str]:
    """Return the words under which texts are found, by this release and by the one before."""
    return frozenset(word for text in texts for word in (*_words(text), *_former_words(text)))


def matching(q: str) -> ColumnElement[bool]:
    """Match proposals that have a word beginning with each word of `q`."""
    # Rows of before have only the former words; a later release looks for the folded ones alone.
    wordings = dict.fromkeys(tuple(dict.fromkeys(split(q))) for split in (_words, _former_words))
    parts = [and_(*map(_has_word_beginning, wording[:_MOST])) for wording in wordings if wording]
    return or_(*parts) if parts else Proposal.id.is_(None)


def _has_word_beginning(start: str) -> ColumnElement[bool]:
    rows = select(SearchWord.proposal_id).where(begins_with(SearchWord.word, start))
    return Proposal.id.in_(rows)


def _words(text: str) -> list[str]:
    """Fold the words of a text (R43); an NIP in any notation is one of them."""
    return _split(numbers_joined(fold(shown_line(text)).split()))


def _former_words(text: str) -> list[str]:
    text = text.replace("\x00", "").casefold()
    if _SPACED_NIP.fullmatch(text.strip()):
        text = re.sub(r"\s+", "", text)
    return _split(text.split())


def _split(parts: list[str]) -> list[str]:
    """A number such as DEMO/KGB/2026/000017 stays whole."""
    found: list[str] = []
    for part in parts:
        found += [part] if "/" in part else _WORD.findall(part)
    return [word[:LONGEST_WORD] for word in found]
