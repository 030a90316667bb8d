"""What a request says beside its fields: headers to the letter, and no body that nobody reads."""

from uuid import uuid4

import pytest

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from chassis.http.preferences import prefers_minimal
from chassis.http.writing import writes
from tests.builders.service import Service

PERSON = uuid4()
BELL = "/api/letters/v1/bell"


@pytest.fixture
def letters(make_letters) -> Service:
    """The service with a change that takes no fields."""
    bell = Blueprint("bell", url_prefix="/api/letters/v1")

    @bell.route("/bell", methods=["POST"])
    @requires("letters")
    @writes()
    @bell.response(204)
    def ring():
        """Ring."""

    @bell.route("/bell/<name>")
    @requires("letters")
    @bell.response(204)
    def look(name):
        """Look."""

    made: Service = make_letters(options={"blueprints": (bell,)})
    return made


def ring(letters: Service, body: str, content_type: str | None = "application/json", **headers):
    token = letters.person(PERSON, "letters")
    content = {"data": body, "content_type": content_type, "headers": headers}
    return letters.call("POST", BELL, token=token, **content)


@pytest.mark.parametrize(("name", "status"), [("a", 204), ("%C3%A9", 204), ("a%00", 404)])
def test_a_text_in_an_address_can_be_looked_for_or_is_the_address_of_nothing(letters, name, status):
    answer = letters.call("GET", f"{BELL}/{name}", token=letters.person(PERSON, "letters"))

    assert answer.status_code == status


@pytest.mark.parametrize("body", ["", "{}", " { } "])
def test_a_change_without_fields_takes_no_body_or_an_empty_one(letters, body):
    assert ring(letters, body).status_code == 204


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_an_empty_body_may_be_of_any_type(letters, content_type):
    assert ring(letters, "", content_type).status_code == 204
    assert ring(letters, "{}", content_type).status_code == 204


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        ('{"nonsense": 1}', "application/json", "invalid"),
        ("[1]", "application/json", "invalid"),
        ("{{{{", "application/json", "malformed"),
        ('{"nonsense": 1}', "text/plain", "unsupported_media_type"),
        ("nonsense=1", "application/x-www-form-urlencoded", "unsupported_media_type"),
    ],
)
def test_a_body_that_nobody_reads_is_refused(letters, body, content_type, code):
    answer = ring(letters, body, content_type)

    assert answer.status_code in (400, 415, 422)
    assert answer.json["code"] == code
    if "nonsense" in body and code == "invalid":
        assert answer.json["errors"][0]["pointer"] == "/nonsense"


def test_who_may_not_change_anything_is_told_that_first(letters):
    assert letters.call("POST", BELL, json={"nonsense": 1}).status_code == 401


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "é", "a\tb", "\x7f"])
def test_an_unusable_key_is_refused(letters, key):
    answer = ring(letters, "", **{"Idempotency-Key": key})

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_invalid")


def test_a_key_may_come_with_an_address_of_any_bytes(letters):
    token = letters.person(PERSON, "letters")
    environ = {"QUERY_STRING": "\xff\xfe=%FF%00"}
    headers = {"Idempotency-Key": "k"}
    answers = [
        letters.call("POST", BELL, token=token, headers=headers, environ_overrides=environ)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [204, 204]


@pytest.mark.parametrize("key", ["k", "x" * 128, "!#$%&'*+-.^_`|~"])
def test_a_key_is_of_the_characters_that_the_description_names(letters, key):
    assert ring(letters, "", **{"Idempotency-Key": key}).status_code == 204


@pytest.mark.parametrize(
    ("header", "minimal"),
    [
        ("return=minimal", True),
        ('respond-async, Return = "minimal"; x=1', True),
        ("return=minimal, return=representation", True),
        ("return=representation, return=minimal", False),
        ('x="a, return=minimal, b"', False),
        ('"return=minimal"', False),
        ("return", False),
        ("", False),
    ],
)
def test_a_preference_is_read_as_its_standard_says(letters, header, minimal):
    with letters.app.test_request_context(headers={"Prefer": header}):
        assert prefers_minimal() is minimal
