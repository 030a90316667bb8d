"""`./simpul generate` writes what a service's folder lacks, and never changes a promise."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chassis.process.manifest import Manifest, Notice
from chassis.process.texts import of_service
from ops.generators.contracts import contracts
from ops.generators.texts import ASKED, texts
from ops.speech import Stop

PACKAGE = "letterbox"
EVENTS = '''
from typing import Annotated, Literal
from uuid import UUID

from chassis.events.facts import Facts


class Sent(Facts, event="letter.sent.v1"):
    """A letter was sent."""

    letter_id: UUID
    reader_id: UUID
    kind: Literal["letter", "parcel"]
'''
NOTICE = Notice("letter.sent.v1", "letter_sent", "reader_id")
CONTRACT = f"{PACKAGE}/contracts/letter.sent.v1.schema.json"
SAMPLE = f"{PACKAGE}/contracts/letter.sent.v1.sample.json"
INDONESIAN = f"{PACKAGE}/texts/id.toml"
BOTH = (INDONESIAN, f"{PACKAGE}/texts/en.toml")


class Folder:
    """A service's package in an empty folder, read anew after each change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = Manifest("letterbox", {}, f"{PACKAGE}.app:create_app", notices=(NOTICE,))
        self.write(f"{PACKAGE}/__init__.py", "")
        self.write(f"{PACKAGE}/events.py", EVENTS)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, "utf-8")

    def generate(self) -> dict[str, str]:
        """Return what was written anew."""
        forget()
        manifests = {"letterbox": self.manifest}
        made = contracts(manifests, self.root) | texts(manifests, self.root)
        stale = {name: text for name, text in made.items() if self.read(name) != text}
        for name, text in stale.items():
            self.write(name, text)
        return stale

    def read(self, name: str) -> str:
        path = self.root / name
        return path.read_text("utf-8") if path.exists() else ""


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Folder(tmp_path)
    forget()


def test_what_is_missing_is_written_once(folder: Folder):
    first, second = folder.generate(), folder.generate()

    assert set(first) == {CONTRACT, SAMPLE, *BOTH}
    assert second == {}
    assert json.loads(first[CONTRACT])["required"] == ["letter_id", "reader_id", "kind"]
    assert json.loads(first[SAMPLE])["source"] == "/services/letterbox"


def test_a_contract_in_other_words_stays_as_it_was_written(folder: Folder):
    folder.generate()
    contract = json.loads(folder.read(CONTRACT))
    folder.write(CONTRACT, json.dumps({**contract, "title": "By hand"}))

    assert folder.generate() == {}


def test_a_new_member_is_added_to_contract_and_sample_and_nothing_else_changes(folder: Folder):
    folder.generate()
    sample = json.loads(folder.read(SAMPLE))
    sample["data"]["kind"] = "parcel"
    folder.write(SAMPLE, json.dumps(sample))
    folder.write(f"{PACKAGE}/events.py", f"{EVENTS}    bag: str | None = None\n")

    written = folder.generate()

    assert set(written) == {CONTRACT, SAMPLE}
    assert "bag" in json.loads(written[CONTRACT])["properties"]
    assert "bag" not in json.loads(written[CONTRACT])["required"]
    assert json.loads(written[SAMPLE])["data"] == {**sample["data"], "bag": "bag"}
    assert folder.generate() == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    reader_id: UUID\n", ""),
        ("reader_id: UUID", "reader_id: UUID | None"),
        ('Literal["letter", "parcel"]', 'Literal["letter", "parcel", "card"]'),
        ('Literal["letter", "parcel"]', "str"),
        ("reader_id: UUID", 'reader_id: Annotated[UUID, {"minLength": 36}]'),
    ],
)
def test_another_promise_is_refused_in_words_and_nothing_is_written(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, before: str, after: str
):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    folder.generate()
    published = folder.read(CONTRACT)
    folder.write(f"{PACKAGE}/events.py", EVENTS.replace(before, after))

    with pytest.raises(Stop, match=r"letter\.sent\.v1: (reader_id|kind) is no longer .*\.v2"):
        folder.generate()

    assert folder.read(CONTRACT) == published


def test_a_notice_without_words_gets_a_place_for_them_that_no_event_fills(folder: Folder):
    folder.generate()

    text = of_service("letterbox", folder.root / PACKAGE)
    assert text.notices["letter_sent"]["id"] == {"subject": ASKED, "body": ASKED}
    assert "# letter.sent.v1 says {letter_id} {reader_id} {kind}" in folder.read(INDONESIAN)


def test_a_code_told_in_words_gets_a_place_for_each_label_and_what_is_written_stays(
    folder: Folder,
):
    told = '[notices.letter_sent]\nsubject = "{kind_label}"\nbody = "Sudah."\n'
    labels = '\n[labels.kind]\nletter = "Surat"\n'
    for name in BOTH:
        folder.write(name, told + labels)

    folder.generate()

    kinds = of_service("letterbox", folder.root / PACKAGE).labels["kind"]
    assert kinds == {code: {"id": text, "en": text} for code, text in LABELS.items()}
    assert told in folder.read(INDONESIAN)
    assert folder.generate() == {}


LABELS: dict[str, Any] = {"parcel": ASKED, "letter": "Surat"}


def test_a_service_without_declared_events_lacks_nothing(folder: Folder):
    (folder.root / PACKAGE / "events.py").unlink()
    folder.manifest = Manifest("letterbox", {}, f"{PACKAGE}.app:create_app")

    assert folder.generate() == {}
    assert isinstance(sys.modules.get(PACKAGE), ModuleType | None)
