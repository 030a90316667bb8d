"""Whatever comes in is taken, or refused with what is wrong and where: never a fault of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http import problems
from chassis.http.api import Blueprint, Schema
from chassis.http.auth import public
from chassis.http.fields import Line, Values
from chassis.http.incoming import (
    LONGEST_ADDRESS,
    LONGEST_HEADER,
    MOST_DEPTH,
    MOST_DIGITS,
    MOST_HEADERS,
    Malformed,
    read_json,
)
from chassis.http.values import Whole
from chassis.kernel.media_types import wants_page
from tests.builders.service import Service

NOTE = "/api/letters/v1/note"
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

ACCEPTS = [
    (CHROMIUM, True),
    ("text/html", True),
    ("application/json;q=0.9, text/html", True),
    ("", False),
    ("*/*", False),
    ("application/json, text/html;q=0.5", False),
    ("application/problem+json, text/html;q=0.9", False),
    ("text/html, application/json", False),
    ("text/html;q=0", False),
    ("text/html;q=0, */*", False),
    ("application/json; charset=utf-8, text/html;q=0.9", False),
    ("text/html; charset=utf-8, application/json;q=0.9", True),
    ("text/html;level=1;q=0.4, application/json;q=0.3", True),
    ("application/json;q=0, text/html;q=0.1", True),
    ("image/avif,*/*;q=0.8", False),
]


class NewNote(Schema):
    text = Line(100, required=True)
    facts = Values(r"^[a-z]{1,9}$")
    count = Whole()


@pytest.fixture
def letters(make_letters) -> Service:
    notes = Blueprint("notes", url_prefix="/api/letters/v1")

    @notes.route("/note", methods=["POST"])
    @public
    @notes.arguments(NewNote)
    @notes.response(200, NewNote)
    def note(given):
        """Take a note."""
        return given

    made: Service = make_letters(options={"blueprints": (notes,)})
    return made


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


MALFORMED = [
    (b"[" * 100_000, "too_deep", ""),
    (nested(MOST_DEPTH + 1), "too_deep", "/0" * MOST_DEPTH),
    (b'{"a":' * 21 + b"1" + b"}" * 21, "too_deep", "/a" * MOST_DEPTH),
    (b'{"count": ' + b"9" * 100_000 + b"}", "number_too_long", "/count"),
    (b'{"count": ' + b"9" * (MOST_DIGITS + 1) + b"}", "number_too_long", "/count"),
    (b'{"count": [1, 1e400]}', "number_too_long", "/count/1"),
    (b'{"count": -1' + b"0" * 3000 + b".5}", "number_too_long", "/count"),
    (b'{"count": NaN}', "not_a_number", "/count"),
    (b'{"count": -Infinity}', "not_a_number", "/count"),
    (b'{"text": "a", "text": "b"}', "duplicate_name", "/text"),
    (b'{"facts": {"a": 1, "b": 2, "a": 3}}', "duplicate_name", "/facts/a"),
    (b'{"facts": {"a/b": 1, "a/b": 3}}', "duplicate_name", "/facts/a~1b"),
    (b'\xef\xbb\xbf{"text": "a"}', "byte_order_mark", ""),
    ('{"text": "a"}'.encode("utf-16"), "not_utf8", ""),
    (b'{"text": "\xff"}', "not_utf8", ""),
    (b'{"text": "\xed\xa0\xbd"}', "not_utf8", ""),
    (b'{"text": "a"', "not_json", ""),
    (b'{"text": "a"} x', "not_json", ""),
    (b'{"text": "\x00"}', "not_json", ""),
    (b"{'text': 'a'}", "not_json", ""),
    (b"\x00", "not_json", ""),
]


@pytest.mark.parametrize(("body", "reason", "pointer"), MALFORMED)
def test_json_beyond_a_limit_is_malformed_and_says_where(letters, body, reason, pointer):
    answer = letters.call("POST", NOTE, data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert answer.content_type == "application/problem+json"
    (error,) = answer.json["errors"]
    assert (error["code"], error["pointer"]) == (reason, pointer)
    assert answer.json["detail"] == error["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"text": "Syarat \\ud83d seleksi"}', "/text"),
        (b'{"text": "a", "facts": {"a": "\\udc00"}}', "/facts/a"),
        (b'{"text": "a", "facts": {"\\ud800": "a"}}', "/facts/\ud800"),
        (b'{"text": "a", "\\ud800": 1}', "/\ud800"),
        (b'{"text": "a\\u0000"}', "/text"),
    ],
)
def test_half_a_character_is_named_at_its_field(letters, body, pointer):
    answer = letters.call("POST", NOTE, data=body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith(pointer)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", None, "multipart/form-data"]
)
def test_a_body_of_another_type_is_told_which_type_is_right(letters, content_type):
    answer = letters.call("POST", NOTE, data=b'{"text": "a"}', content_type=content_type)

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")
    assert "application/json" in answer.json["detail"]


def test_json_within_the_limits_is_taken_as_it_is():
    deepest = nested(MOST_DEPTH)
    longest = b"9" * MOST_DIGITS

    assert read_json(deepest) == json.loads(deepest)
    assert read_json(longest) == int(longest)
    assert read_json(b'{"a": [1.5, true, null, "\\u00e9"]}') == {"a": [1.5, True, None, "é"]}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(body):
    try:
        read_json(body)
    except Malformed as refused:
        assert refused.errors[0].code


def test_a_body_beyond_the_routes_limit_is_too_large_without_an_edge(letters):
    answer = letters.call("POST", NOTE, data=b" " * 1_048_577, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Long": "x" * (LONGEST_HEADER + 1)},
        {f"X-{number}": "x" for number in range(MOST_HEADERS + 1)},
        {f"X-{number}": "x" * 7000 for number in range(5)},
    ],
)
def test_too_many_or_too_long_headers_are_refused(letters, headers):
    answer = letters.call("POST", NOTE, json={"text": "a"}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (431, "headers_too_large")


def test_too_long_an_address_is_refused(letters):
    answer = letters.call("GET", f"/api/letters/v1/{'x' * LONGEST_ADDRESS}")

    assert (answer.status_code, answer.json["code"]) == (414, "uri_too_long")


@pytest.mark.parametrize("written", [b"7.0", b"7e0", b"0.7e1", b"7"])
def test_a_whole_number_is_one_however_it_is_written(written):
    number = read_json(b'{"day": ' + written + b"}")["day"]

    assert (number, type(number)) == (7, int)


def test_an_address_may_be_of_any_bytes(letters):
    environ = {"QUERY_STRING": "\xff\xfe=%FF%00", "PATH_INFO": "/api/letters/v1/note\xff"}

    assert letters.call("POST", "/", environ_overrides=environ).status_code == 404


@pytest.mark.parametrize(("accept", "page"), ACCEPTS)
def test_a_page_is_for_those_who_want_it_more_than_json(accept, page):
    assert wants_page(accept) is page


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        *((accept, page) for accept, page in ACCEPTS if page),
        ("", True),
        ("*/*", True),
        ("image/avif,*/*;q=0.8", True),
        ("text/html, application/json", True),
        ("application/json", False),
        ("application/problem+json", False),
        ("application/json, text/plain, */*", False),
        ("application/json;q=0.9, text/html;q=0.8", False),
        ("text/html;q=0", False),
        ("text/html;q=0, */*", False),
    ],
)
def test_at_a_door_of_people_only_who_asks_for_json_or_refuses_pages_gets_none(accept, page):
    assert wants_page(accept, otherwise=True) is page


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 429, 500])
def test_a_problem_says_more_than_its_title(letters, status, language):
    with letters.app.test_request_context(headers={"Accept-Language": language}):
        told = problems.document(status, "code")

    assert told["detail"].rstrip(".") != told["title"]


def test_a_browser_that_opens_an_address_of_the_api_sees_a_page_in_its_language(letters):
    program = letters.call("GET", "/api/letters/v1/nothing")
    browser = letters.call("GET", "/api/letters/v1/nothing", headers={"Accept": CHROMIUM})
    english = letters.call(
        "GET",
        "/api/letters/v1/nothing",
        headers={"Accept": CHROMIUM, "Accept-Language": "en"},
    )

    assert program.content_type == "application/problem+json"
    assert (browser.status_code, browser.content_type) == (404, "text/html; charset=utf-8")
    assert "<h1>Tidak ditemukan</h1>" in browser.text
    assert "style-src 'self'" in browser.headers["Content-Security-Policy"]
    assert "Accept" in browser.headers["Vary"]
    assert '<html lang="en">' in english.text
    assert "<h1>Not found</h1>" in english.text
