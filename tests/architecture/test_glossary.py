import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chassis.process.manifest import discover, roles_of
from ops.generators import glossary

ROOT = Path(__file__).parents[2]
CODE = ("chassis", "gateway", "ops", "portal", "services", "staff", "docs")
GLOSSARY = glossary.glossary()
ENTRIES = [(group, entry) for group, entries in GLOSSARY.items() for entry in entries]
# `inbox`, `revision`, `employee`: one word, used by people and by machines for the same idea.
SHARED_BY_TWO_GROUPS = {"employee", "revision"}


class Name(NamedTuple):
    text: str
    place: str  # path relative to the repository, with the line where there is one


def _modules() -> Iterator[tuple[Path, str]]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = path.relative_to(ROOT).as_posix()
            if "/migrations/versions/" not in relative and "/.simpul/" not in relative:
                yield path, relative


def _table(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            if "__tablename__" in names:
                yield str(statement.value.value)


def names_in(source: str, relative: str) -> Iterator[Name]:
    for part in Path(relative).with_suffix("").parts:
        yield Name(part, relative)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield Name(node.name, f"{relative}:{node.lineno}")
        if isinstance(node, ast.ClassDef):
            yield from (Name(table, f"{relative}:{node.lineno}") for table in _table(node))


def _event_names() -> Iterator[Name]:
    for path in sorted(ROOT.glob("services/*/contracts/**/*.schema.json")):
        relative = path.relative_to(ROOT).as_posix()
        yield Name(path.name.removesuffix(".schema.json"), relative)


@cache
def words_of(name: str) -> tuple[str, ...]:
    """`ProposalReturned`, `proposal_returned` and `proposal.returned` → the same two words."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    words = (word.lower().removesuffix("s") for word in re.split(r"[^A-Za-z0-9]+", spaced))
    return tuple(word for word in words if word)


AVOIDED: dict[str, list[tuple[str, dict[str, Any]]]] = {}
for _, _entry in ENTRIES:
    for _word in _entry["avoid"]:
        AVOIDED.setdefault(words_of(_word)[0], []).append((_word, _entry))


def stands_in(avoided: str, name: str) -> bool:
    needle, words = words_of(avoided), words_of(name)
    starts = range(len(words) - len(needle) + 1)
    return any(words[start : start + len(needle)] == needle for start in starts)


def _applies(entry: dict[str, Any], place: str) -> bool:
    everywhere = {"everywhere", "reserved"} & set(entry["where"])
    return bool(everywhere) or any(place.startswith(folder) for folder in entry["where"])


def avoided_words(names: Iterator[Name]) -> list[str]:
    return [
        f"{name.place}: {name.text!r} uses {word!r}; the word is {entry['identifier']!r}"
        for name in names
        for word, entry in _candidates(name.text)
        if _applies(entry, name.place) and stands_in(word, name.text)
    ]


def _candidates(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The avoided words that begin with a word of the name: few, so that the rest is quick."""
    for word in dict.fromkeys(words_of(name)):
        yield from AVOIDED.get(word, ())


@pytest.mark.parametrize(
    ("avoided", "name", "found"),
    [
        ("proposer", "find_proposers", True),
        ("proposer", "Proposer", True),
        ("sign_off", "SignOffByHead", True),
        ("sign_off", "sign_on_and_off", False),
        ("agency", "agencies_are_not_matched", False),
        ("fail", "failure", False),
        ("proposal.created", "proposal.created.v1", True),
    ],
)
def test_a_word_is_found_in_any_spelling_but_never_inside_another_word(avoided, name, found):
    assert stands_in(avoided, name) is found


def test_a_planted_word_is_reported_with_its_line_and_the_right_word():
    planted = 'class Usulan:\n    __tablename__ = "proposers"\n'

    found = avoided_words(names_in(planted, "services/proposal/models.py"))

    assert found == [
        "services/proposal/models.py:1: 'Usulan' uses 'usulan'; the word is 'proposal'",
        "services/proposal/models.py:1: 'proposers' uses 'proposer'; the word is 'applicant'",
    ]


def test_no_module_class_function_or_table_is_named_by_an_avoided_word():
    names = (
        name
        for path, relative in _modules()
        for name in names_in(path.read_text(encoding="utf-8"), relative)
    )

    assert avoided_words(names) == []


def test_no_event_is_named_by_an_avoided_word():
    assert avoided_words(_event_names()) == []


def test_every_entry_has_every_key_and_nothing_else():
    for group, entry in ENTRIES:
        assert set(entry) == set(glossary.KEYS), (group, entry["identifier"])
        assert entry["avoid"], entry["identifier"]
        assert entry["where"], entry["identifier"]


def test_where_names_folders_that_exist():
    for _, entry in ENTRIES:
        for place in entry["where"]:
            assert place in {"everywhere", "reserved"} or (ROOT / place).is_dir(), entry


def test_one_term_has_one_identifier_and_one_identifier_one_term():
    terms = [(group, entry["term"]) for group, entry in ENTRIES]
    identifiers = [entry["identifier"] for _, entry in ENTRIES]
    repeated = {word for word in identifiers if identifiers.count(word) > 1}

    assert len(terms) == len(set(terms))
    assert repeated == SHARED_BY_TWO_GROUPS


def test_an_avoided_word_is_not_the_identifier_of_another_term():
    identifiers = {entry["identifier"] for _, entry in ENTRIES}

    assert {word for _, entry in ENTRIES for word in entry["avoid"]} & identifiers == set()


def test_every_role_that_a_service_brings_is_a_word_of_the_glossary():
    known = {entry["identifier"] for entry in GLOSSARY["role"]}

    assert set(roles_of(discover())) - known == set()


def test_every_published_event_is_a_word_of_the_glossary():
    known = {entry["identifier"] for entry in GLOSSARY["event"]}
    published = {
        re.sub(r"\.v\d+$", "", json.loads(path.read_text(encoding="utf-8"))["type"])
        for path in ROOT.glob("services/*/contracts/*.sample.json")
    }

    assert published
    assert published - known == set()
