"""Finding a proposal by its number, by the applicant's name or NIP, or by the layanan.

Each word of these is a row, found by its beginning through an index: the same speed with a
thousand proposals and with a million, on SQLite and PostgreSQL alike.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from chassis.data.searching import MOST_WORDS, WordTable
from chassis.kernel.nip import numbers_joined
from chassis.kernel.text import fold, shown_line
from services.proposal.models import LONGEST_WORD, SearchWord, db

_WORD = re.compile(r"[^\W_]+")
_SPACED_NIP = re.compile(r"\d{8}[\d\s]*")
_WORDS = WordTable(db, SearchWord.proposal_id, SearchWord.word)


def words_of(*texts: str) -> frozenset[str]:
    """Return the words under which texts are found, by this release and by the one before."""
    return frozenset(word for text in texts for word in (*_words(text), *_former_words(text)))


def narrowed(
    statement: Select[Any], proposal_id: InstrumentedAttribute[Any], q: str
) -> Select[Any]:
    """Narrow a statement to proposals that have a word beginning with each word of `q`."""
    # Rows of before have only the former words; a later release looks for the folded ones alone.
    split = dict.fromkeys(tuple(dict.fromkeys(words(q))) for words in (_words, _former_words))
    wordings = [wording[:MOST_WORDS] for wording in split if wording]
    rare = [_WORDS.rare_of(wording) for wording in wordings]
    if wordings and all(rare):
        few = _WORDS.among(proposal_id, [start for start in rare if start])
        statement = statement.where(few)
        if len(wordings) == 1:
            wordings = [tuple(start for start in wordings[0] if start != rare[0])]
    return statement.where(or_(false(), *(_has_all(proposal_id, each) for each in wordings)))


def _has_all(
    proposal_id: InstrumentedAttribute[Any], wording: Sequence[str]
) -> ColumnElement[bool]:
    return and_(true(), *(_WORDS.has(proposal_id, start) for start in wording))


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
