"""Which words of a file the search for objects in no table takes."""

import random
import re

import pytest

from services.documents.adapters.checker import loose

PARTS = (b"obj", b"endobj", b"trailer", b"1 0 ", b"7", b" ", b"\n", b"\x00", b"x", b"_", b"<")
OBJECT = re.compile(rb"(?<=[\x00\t\n\f\r ])obj\b")
TRAILER = re.compile(rb"\btrailer\b")


@pytest.mark.parametrize("seed", range(40))
def test_an_object_is_wherever_its_word_stands_behind_a_blank(seed: int):
    content = written(seed)

    heads = {end for _, end, _, _ in loose._heads(content)}

    assert heads == {found.end() for found in OBJECT.finditer(content) if is_numbered(found)}


@pytest.mark.parametrize("seed", range(40))
def test_a_trailer_is_a_word_of_its_own(seed: int):
    content = written(seed)

    found = [rest for _, rest in loose._trailers(content)]

    assert found == [content[each.end() :][:10_000] for each in TRAILER.finditer(content)]


@pytest.mark.parametrize("word", [b"obj", b"trailer"])
def test_the_first_and_the_last_byte_of_a_file_are_not_neighbours(word: bytes):
    assert list(loose._heads(word + b" 1 0 ")) == []
    assert len(list(loose._trailers(word + b"\nx"))) == (word == b"trailer")


def written(seed: int) -> bytes:
    chosen = random.Random(seed).choices(PARTS, k=400)
    return b"".join(chosen)


def is_numbered(found: re.Match[bytes]) -> bool:
    return loose._numbers_in(found.string[max(0, found.start() - 32) : found.start()]) is not None
