"""No text from outside can make a regular expression try ever more ways (nested repetition)."""

import re
import time

import pytest

from tests.architecture.ambiguity import ambiguous
from tests.architecture.patterns import all_patterns, of_nginx, of_source

DOUBLING = [
    r"(?:\d+[ .-]?)+x",
    r"(a+)+",
    r"(a*)*",
    r"(?:a|a)*b",
    r"(?:ab|a|b)+",
    r"(\w+\s?)*",
    r"([a-z]+)*[a-z]*1",
    r"(?:[0-9 ]{1,40}-?){2,30}",
    r"(?:kata|sandi|katasandi)+",
    r"^(?:.*,)*x$",
]
SQUARE = [r"\d*\d*x", r"[a-z]*.*1", r"\s*,?\s*x", r"a{2,90}a{3,}b"]
PLAIN = [
    r"[0-9]{18}",
    r"[a-z]+(?:\.[a-z]+)*",
    r"(?:\d+,)*\d+",
    r"a?a?a?b",
    r"[^\W_]+",
    r"(document|field):[a-z][a-z0-9_]{0,62}",
    r"(?:a{1,3}b)+",
]


@pytest.mark.parametrize("pattern", DOUBLING)
def test_a_nested_repetition_is_found(pattern):
    assert ambiguous(pattern) == "doubles"


@pytest.mark.parametrize("pattern", SQUARE)
def test_repetitions_that_overlap_side_by_side_are_found(pattern):
    assert ambiguous(pattern) == "square"


def test_a_search_that_begins_anew_at_each_character_is_found():
    assert ambiguous(r"\s+$", way="search") == "square"
    assert ambiguous(r"\s+$", way="match") == ""
    assert ambiguous(r"(\A|\n)(?=\s*=)", way="sub") == "square"


@pytest.mark.parametrize("pattern", PLAIN)
def test_a_plain_pattern_passes(pattern):
    assert ambiguous(pattern) == ""


def test_a_match_that_may_stop_where_it_is_tries_no_other_way():
    assert ambiguous(r"(?:a|a)*", way="match") == ""
    assert ambiguous(r"(?:a|a)*b", way="match") == "doubles"
    assert ambiguous(r"\s+", way="sub") == ""


@pytest.mark.parametrize("pattern", [r"(?:\d+[ .-]?)+x", r"(a*)*", r"(?:a|a)*b"])
def test_what_is_found_does_double(pattern):
    """The judgement is held against the engine it is about."""

    def cost(length: int) -> float:
        text = ("1" if "d" in pattern else "a") * length + "!"
        began = time.thread_time()
        re.fullmatch(pattern, text)
        return time.thread_time() - began

    assert min(cost(21) for _ in range(3)) > 4 * min(cost(15) for _ in range(3))


def test_no_pattern_of_the_code_is_ambiguous():
    patterns = set(all_patterns())
    bad = {
        (pattern.where, pattern.text, how)
        for pattern in patterns
        if (how := ambiguous(pattern.text, pattern.flags, way=pattern.way))
    }

    assert bad == set()
    assert len(patterns) > 60
    assert len([*of_nginx()]) > 8


def test_a_pattern_that_is_made_while_running_is_refused():
    source = "import re\ndef find(word):\n    return re.search(word + '+', word)\n"

    with pytest.raises(AssertionError, match="no constant of its module"):
        [*of_source("chassis/kernel/nip.py", source)]
