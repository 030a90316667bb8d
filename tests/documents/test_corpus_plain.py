"""Every plain file of the corpus is taken, whoever made it; signed ones come back byte by byte."""

import sys
from collections.abc import Iterator

import pytest

from ops import reports
from tests.builders.drawn import drawn
from tests.builders.judging import Judge
from tests.builders.pdfs import a_signed_pdf
from tests.builders.plain import KINDS, MADE, PLAIN, PRODUCERS
from tests.documents import not_yet
from tests.documents.conftest import Desk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
SIGNED = {
    "invented": a_signed_pdf,
    **{n: p.read_bytes for n, p in MADE.items() if n.startswith("signed")},
}
SMALL_ENOUGH = 3 * 1_048_576


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_plain_files_are_taken(judge: Judge, kind: str):
    names = drawn([name for name in PLAIN if name.startswith(f"{kind}: ")])

    found = {name: judge.on(PLAIN[name]()).reasons for name in names}

    refused = {name: reasons for name, reasons in found.items() if reasons}
    taken = f"{len(names) - len(refused)} of {len(names)} plain files taken"
    reports.write(f"files-plain-{kind}", taken)
    assert {
        name: found[name] for name in names if (name in refused) != (name in not_yet.PLAIN)
    } == {}


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_file_comes_back_byte_by_byte(busy_desk: Desk, name: str):
    content = SIGNED[name]()

    stored = busy_desk.upload(content).json["id"]

    granted = busy_desk.grant(stored, busy_desk.owner).json["url"]
    assert busy_desk.get(granted).data == content
    assert busy_desk.get(f"documents/{stored}/content").data == content


def test_signatures_are_seen(judge: Judge):
    unsigned = [name for name, build in SIGNED.items() if not judge.on(build()).signed]

    assert unsigned == ["signed-form-field-empty"]


def test_each_made_file_names_its_producer_and_together_they_are_small():
    assert set(PRODUCERS) == set(MADE)
    assert len({producer for producer, _version in PRODUCERS.values()}) >= 40
    assert sum(path.stat().st_size for path in MADE.values()) < SMALL_ENOUGH


def test_the_corpus_is_large_and_each_file_is_another():
    contents = {path.read_bytes() for path in MADE.values()}

    assert len(contents) == len(MADE)
    assert len(PLAIN) >= 180
    assert set(PLAIN) >= not_yet.PLAIN
