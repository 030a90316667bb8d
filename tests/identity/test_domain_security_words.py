"""Whoever reads what was noted reads words, in either language."""

import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from chassis.events.security import Kind
from services.identity.domain.ending import EndReason
from services.identity.domain.recovering import Resets, State
from services.identity.domain.security_words import KINDS, REASONS, Words

ROOT = Path(__file__).parents[2]
WRITTEN = re.compile(r'\b_?(?:note|tell|end)\(\s*(?:Kind\.\w+|row),\s*"(\w+)"')
OF_RECOVERIES = {f"{resets}_{step}" for resets, step in product(Resets, (*State, "confirmed"))}


def written_in_code() -> set[str]:
    files = [file for part in ("chassis", "services") for file in (ROOT / part).rglob("*.py")]
    return {code for file in files for code in WRITTEN.findall(file.read_text("utf-8"))}


def test_every_kind_and_reason_that_is_noted_has_words():
    reasons = written_in_code() | OF_RECOVERIES | set(map(str, EndReason))

    assert len(reasons) > 25
    assert set(map(str, Kind)) - KINDS.keys() == set()
    assert reasons - REASONS.keys() == set()


@pytest.mark.parametrize("words", [KINDS, REASONS])
def test_words_are_there_in_both_languages(words: Mapping[str, Words]):
    assert [code for code, word in words.items() if set(word) != {"id", "en"}] == []
