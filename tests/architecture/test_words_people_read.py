"""What people read in Indonesian has no raw English, no codes of programs and no bare bytes."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask

from chassis.http import problems
from chassis.http import wsgi_problems as edge_problems
from chassis.kernel.errors import Refused
from chassis.kernel.words import Size

ROOT = Path(__file__).parents[2]
TOLD = sorted([*ROOT.glob("services/*/texts/id.toml"), *ROOT.glob("portal/**/texts/id.toml")])
# Words that only English has, as libraries and protocols say them.
ENGLISH = re.compile(
    r"\b(the|is|are|not|error|failed|invalid|forbidden|unauthorized|request|must|should|allowed|"
    r"bytes?|field|value|missing|required|body|method|cursor|pointer|null|string|boolean|"
    r"timeout|payload|endpoint|malformed|conflict|entity|unsupported|internal|please|login|"
    r"upload|download|file|user|password|session|expired)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")
PLACE = re.compile(r"{[^}]*}|<[^>]*>|`[^`]*`|https?://\S+")
# What the first trial read and asked to say otherwise.
SAID_OTHERWISE = re.compile(
    r"\bporta\b|\bbita\b|Pemegang|Target tahap|Kembali mengubah|Simpan dulu|bila disyaratkan|"
    r"Tanpa unggahan|Tidak dapat dilakukan|^Putuskan$|diubah oleh orang lain|Kemajuan unggah|"
    r"alasan tersebut dipenuhi|\b[Rr]evisi\b|: Setujui"
)


def raw(text: str) -> list[str]:
    read = PLACE.sub("", text)
    patterns = (ENGLISH, CODE, SAID_OTHERWISE)
    return [match.group() for pattern in patterns for match in pattern.finditer(read)]


def refusals() -> Iterator[type[Refused]]:
    for package in ("chassis", "staff", "services"):
        _import_all(package)
    waiting = [Refused]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


def _import_all(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        place = path.relative_to(ROOT).with_suffix("").parts
        if not {"versions", "alembic", "env", "__main__", "__init__"} & set(place):
            importlib.import_module(".".join(place))


def test_no_refusal_speaks_raw_english():
    told = {kind.__qualname__: raw(kind.text["id"]) for kind in refusals()}

    assert {name: words for name, words in told.items() if words} == {}
    assert len(told) > 100


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.relative_to(ROOT).parts[-3])
def test_no_text_of_a_page_or_notice_speaks_raw_english(path: Path):
    told = dict(_sentences(tomllib.loads(path.read_text("utf-8"))))

    assert {key: raw(text) for key, text in told.items() if raw(text)} == {}


@pytest.mark.parametrize(
    "path",
    [path.with_name("en.toml") for path in TOLD],
    ids=lambda path: path.relative_to(ROOT).parts[-3],
)
def test_no_english_text_says_what_was_asked_to_be_said_otherwise(path: Path):
    told = dict(_sentences(tomllib.loads(path.read_text("utf-8"))))

    otherwise = re.compile(r"^Look$|No discipline letter")
    assert [key for key, text in told.items() if otherwise.search(text)] == []


def _sentences(table: dict[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _sentences(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


@pytest.mark.parametrize("status", [s for s in HTTPStatus if s >= 400], ids=str)
def test_every_status_has_an_indonesian_title(status: HTTPStatus):
    app = Flask(__name__)
    with app.test_request_context(headers={"Accept-Language": "id"}):
        told = problems.document(status, "a_code")

    assert raw(f"{told['title']} {told['detail']}") == []
    assert status.phrase not in told["title"]


@pytest.mark.parametrize(
    "message", ["Not a valid integer.", "Invalid input type.", "Something new in a library."]
)
def test_what_a_library_says_of_a_field_is_not_passed_on(message: str):
    (error,) = problems.field_errors({"field": [message]})

    assert raw(error.id) == []


def test_no_refusal_of_the_edge_speaks_raw_english():
    told = [thing for thing in vars(edge_problems).values() if hasattr(thing, "detail")]

    assert [
        raw(f"{problem.title['id']} {problem.detail['id']}")
        for problem in told
        if any(raw(f"{problem.title['id']} {problem.detail['id']}"))
    ] == []


@pytest.mark.parametrize(
    ("count", "language", "told"),
    [(1_048_576, "id", "1 MB"), (512_000, "id", "500 KB"), (1_600_000, "en", "1.5 MB")],
)
def test_a_limit_is_told_as_people_read_it(count: int, language: str, told: str):
    class TooLarge(Refused):
        text = {"id": "Batas {limit}.", "en": "At most {limit}."}

    assert told in TooLarge(limit=Size(count)).detail(language)
