"""Every hostile file of the corpus is refused for what it holds, and its twin without it is taken."""

import sys
from collections import defaultdict
from collections.abc import Iterator

import pytest

from ops import reports
from tests.builders.drawn import drawn
from tests.builders.hostile import HOSTILE, KINDS
from tests.builders.judging import Judge
from tests.documents import not_yet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as made:
        yield made


def names_of(kind: str) -> list[str]:
    return drawn([name for name in HOSTILE if name.startswith(f"{kind}: ")])


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files_are_refused_for_what_they_hold(judge: Judge, kind: str):
    names = names_of(kind)

    found = {name: judge.on(HOSTILE[name].build()).reasons for name in names}

    refused = {name for name, reasons in found.items() if reasons & {*HOSTILE[name].wanted}}
    said = f"{len(refused)} of {len(names)} hostile files refused"
    reports.write(f"files-hostile-{kind}", said)
    assert {
        name: found[name] for name in names if (name in refused) == (name in not_yet.HOSTILE)
    } == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_files_without_what_is_hostile_are_taken(judge: Judge, kind: str):
    names_by_twin = defaultdict(set)
    for case in (HOSTILE[name] for name in names_of(kind)):
        if case.twin is not None:
            names_by_twin[case.twin()].add(case.name)

    refused = {content for content in names_by_twin if judge.on(content).reasons}

    named = set().union(*(names_by_twin[content] for content in refused))
    assert named == not_yet.TWINS & set().union(*names_by_twin.values())


def test_the_corpus_is_large_and_each_file_is_another():
    assert len(HOSTILE) >= 180
    assert len(HOSTILE) == sum(len(cases) for cases in KINDS.values())
    assert set(HOSTILE) >= not_yet.HOSTILE
