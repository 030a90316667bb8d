"""The same file in other words has the same verdict, hostile or plain."""

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.builders.commit import seed_of_the_commit
from tests.builders.drawn import SHARE, drawn
from tests.builders.hostile import HOSTILE
from tests.builders.judging import Judge
from tests.builders.plain import PLAIN
from tests.builders.rewriting import WAYS
from tests.documents import not_yet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
# What is wrong there are its objects, whatever they are written like; bombs only cost more.
OF_OBJECTS = ("actions", "attachments", "forms", "pictures", "references")
Builders = dict[str, Callable[[], bytes]]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as made:
        yield made


def in_other_words(builders: Builders, way: str) -> Builders:
    """Return what this way is tried with: all in a long run, else each file by one way only."""
    if SHARE == 1:
        return builders
    turn = seed_of_the_commit() + list(WAYS).index(way)
    return dict(drawn(list(builders.items())[turn % len(WAYS) :: len(WAYS)]))


@pytest.mark.parametrize("way", WAYS)
def test_a_hostile_file_in_other_words_is_refused_for_the_same(judge: Judge, way: str):
    cases = {
        name: case.build
        for name, case in HOSTILE.items()
        if name.startswith(OF_OBJECTS) and not case.framed and name not in not_yet.HOSTILE
    }
    tried = in_other_words(cases, way)

    found = {name: judge.on(WAYS[way](build())).reasons for name, build in tried.items()}

    assert {n: seen for n, seen in found.items() if not seen & {*HOSTILE[n].wanted}} == {}


@pytest.mark.parametrize("way", WAYS)
def test_a_plain_file_in_other_words_is_taken_too(judge: Judge, way: str):
    builders = {
        name: build
        for name, build in PLAIN.items()
        if name.startswith(("made", "documents")) and name not in not_yet.PLAIN
    }
    tried = in_other_words(builders, way)

    judged = {name: (judge.on(c := b()), judge.on(WAYS[way](c))) for name, b in tried.items()}

    assert {n: j for n, (i, j) in judged.items() if i.verdict != j.verdict} == {}
