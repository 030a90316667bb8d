"""docs/asvs.toml says of each requirement what shows it; what it names is there, and no page says more."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

import pytest

from ops.generators.asvs import ANSWERS, CHAPTERS, answer_of, requirements
from tests.architecture.test_documents_tell_the_truth import anchors

ROOT = Path(__file__).parents[2]
# Counted from the published list of 5.0.0: requirements of level 1 and of level 2 by chapter.
COUNTED = {
    1: (8, 19),
    2: (4, 7),
    3: (8, 11),
    4: (2, 8),
    5: (4, 5),
    6: (13, 22),
    7: (6, 12),
    8: (4, 3),
    9: (4, 3),
    10: (5, 24),
    11: (3, 11),
    12: (3, 6),
    13: (1, 12),
    14: (2, 7),
    15: (3, 10),
    16: (0, 16),
    17: (0, 7),
}
# Of "number level" a line, in order; so that no number is left out for another one.
ALL_OF_THEM = "29debb6cfc11acf5deb2b2bb4e01bd836c5648dcc592aae17957e36b808cec05"
MOST_WORDS = 12
TEST = re.compile(r"tests/[\w/.]+\.py(?:::\w+)+")
NUMBERS = re.compile(r"\d+\.\d+\.\d+")
PROVED = "what shows it"
PAGES_WITH_TESTS = ("docs/threat-model.md",)

ASKED = requirements()


def _in_order(name: str) -> list[int]:
    return [int(part) for part in name.split(".")]


@cache
def names_in(path: str) -> frozenset[str]:
    """Every test of a module as pytest calls it, without its parameters."""
    source = ROOT / path
    if not source.is_file():
        return frozenset()
    found = set()
    for node in ast.parse(source.read_text("utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        where = f"{path}::{node.name}" if isinstance(node, ast.ClassDef) else path
        found |= {f"{where}::{each.name}" for each in inside if isinstance(each, ast.FunctionDef)}
    return frozenset(each for each in found if each.rpartition("::")[2].startswith("test_"))


def is_there(test: str) -> bool:
    return test in names_in(test.split("::", maxsplit=1)[0])


def claims(text: str) -> list[list[str]]:
    """The cells of each row of the tables that say what shows them."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[-1] == PROVED:
            inside = True
        elif inside and set("".join(cells)) - {"-"}:
            rows.append(cells)
    return rows


def test_every_requirement_of_levels_one_and_two_is_answered_and_no_other():
    lines = [f"{name} {ASKED[name]['level']}" for name in sorted(ASKED, key=_in_order)]
    counted = {
        chapter: tuple(
            sum(
                name.startswith(f"{chapter}.") and each["level"] == level
                for name, each in ASKED.items()
            )
            for level in (1, 2)
        )
        for chapter in COUNTED
    }

    assert counted == COUNTED
    assert len(CHAPTERS) == len(COUNTED)
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == ALL_OF_THEM


@pytest.mark.parametrize("name", ASKED)
def test_a_requirement_has_one_answer_and_what_it_names_is_there(name: str):
    asked = ASKED[name]
    answers = [kind for kind in ANSWERS if kind in asked]

    assert len(answers) == 1, "one answer"
    assert set(asked) - {"partial"} == {"level", "means", answers[0]}
    assert "partial" not in asked or answers == ["open"], "only what is open is half shown"
    assert asked[answers[0]], "an answer says something"
    assert len(asked["means"].split()) <= MOST_WORDS
    assert [
        test for test in (*asked.get("test", ()), *asked.get("partial", ())) if not is_there(test)
    ] == []
    for page in asked.get("page", ()):
        path, _, heading = page.partition("#")
        assert heading in anchors(ROOT / path), page


def test_only_what_asks_for_words_is_answered_by_words():
    """In each chapter the first section asks what is to be written down."""
    assert {
        name for name, asked in ASKED.items() if "page" in asked and name.split(".")[1] != "1"
    } == set()


def test_what_the_page_of_security_claims_is_not_open():
    said = claims((ROOT / "SECURITY.md").read_text("utf-8"))
    named = [(row[0], NUMBERS.findall(row[-1])) for row in said]
    shown = {name for name, asked in ASKED.items() if answer_of(asked) in ("test", "page")}

    assert len(said) > 8
    assert [claim for claim, numbers in named if not numbers] == []
    assert {number for _, numbers in named for number in numbers} - shown == set()


@pytest.mark.parametrize("page", PAGES_WITH_TESTS)
def test_every_claim_of_a_page_names_tests_that_are_there(page: str):
    text = (ROOT / page).read_text("utf-8")
    rows = claims(text)

    assert len(rows) > 20
    assert [row[0] for row in rows if not TEST.search(row[-1])] == []
    assert [test for test in TEST.findall(text) if not is_there(test)] == []


def test_a_test_that_is_not_there_and_a_row_without_proof_are_found():
    here = "tests/architecture/test_asvs.py"

    assert is_there(f"{here}::test_only_what_asks_for_words_is_answered_by_words")
    assert not is_there(f"{here}::test_nobody_wrote")
    assert not is_there("tests/nowhere.py::test_nobody_wrote")
    assert claims(f"| a | {PROVED} |\n|---|---|\n| b | |\n\n| c | d |\n") == [["b", ""]]
