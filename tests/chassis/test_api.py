"""What every service promises its callers, tried on a tiny one."""

import base64
import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from chassis.http.api import Blueprint
from chassis.http.auth import public
from chassis.http.paging import Page, PageArgs, page_schema
from chassis.process.clock import now
from chassis.run import health
from chassis.run.app import RouteUnmarked, check_access
from tests.builders.letters.app import LetterOut
from tests.builders.metrics import moved
from tests.builders.service import Service

PERSON = uuid4()
LETTERS = "/api/letters/v1/letters"


@pytest.fixture
def token(letters: Service) -> str:
    return letters.person(PERSON, "letters")


def write(letters: Service, token: str, text: str = "hello", **headers: str):
    return letters.call("POST", LETTERS, token=token, json={"text": text}, headers=headers)


def test_an_answer_is_kept_by_nobody_unless_it_says_so(letters, token):
    answers = (
        letters.call("GET", LETTERS, token=token),
        write(letters, token),
        letters.call("GET", LETTERS),
    )

    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_request_without_a_token_is_told_to_sign_in(letters):
    answer = letters.call("GET", LETTERS)

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "token_missing"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def forged(letters: Service) -> dict[str, str]:
    signer = letters.signer
    claims = json.loads(_part(letters.person(PERSON, "letters"), 1))
    other = ECKey.generate_key("P-256", {"kid": "test"})
    unknown = ECKey.generate_key("P-256", {"kid": "nobody"})
    secret = OctKey.import_key(signer.jwks)
    header = {"alg": "ES256", "kid": "test", "typ": "at+jwt"}
    encode = jwt.encode
    return {
        "other key, known kid": encode(header, claims, other, algorithms=["ES256"]),
        "unknown kid": encode(header | {"kid": "nobody"}, claims, unknown, algorithms=["ES256"]),
        "the public key as secret": encode(
            header | {"alg": "HS256"}, claims, secret, algorithms=["HS256"]
        ),
        "alg none": _unsigned({"alg": "none", "kid": "test", "typ": "at+jwt"}, claims),
        "alg NoNe": _unsigned({"alg": "NoNe", "kid": "test", "typ": "at+jwt"}, claims),
        "no signature": ".".join(letters.person(PERSON, "letters").split(".")[:2]) + ".",
        "changed claims": _swapped(letters.person(PERSON, "letters"), claims | {"region": "x"}),
        "an id token": signer.sign(claims, typ="JWT"),
        "a receipt": signer.sign(claims, typ="receipt+jwt"),
        "other issuer": signer.sign(claims | {"iss": "http://evil.test"}),
        "other audience": signer.sign(claims | {"aud": "elsewhere"}),
        "issued in the future": signer.sign(claims | {"iat": int(time.time()) + 3600}),
        "not valid yet": signer.sign(claims | {"nbf": int(time.time()) + 3600}),
        "no expiry": signer.sign({k: v for k, v in claims.items() if k != "exp"}),
        "no region": signer.sign({k: v for k, v in claims.items() if k != "region"}),
        "a person for all regions": signer.sign(claims | {"region": "*"}),
        "no subject": signer.sign({k: v for k, v in claims.items() if k != "sub"}),
        "nonsense": "not.a.token",
        "one dot": "a.b",
        "empty parts": "..",
    }


def _part(token: str, index: int) -> bytes:
    part = token.split(".")[index]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(header: dict, claims: dict) -> str:
    return f"{_encoded(header)}.{_encoded(claims)}."


def _swapped(token: str, claims: dict) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_encoded(claims)}.{signature}"


def test_no_forged_token_is_accepted(letters):
    accepted = {
        kind: answer.status_code
        for kind, bad in forged(letters).items()
        if (answer := letters.call("GET", LETTERS, token=bad)).status_code != 401
    }

    assert accepted == {}


def test_an_expired_token_says_so(letters):
    old = letters.person(PERSON, "letters", exp=int(time.time()) - 31)

    assert letters.call("GET", LETTERS, token=old).json["code"] == "token_expired"


def test_a_token_within_the_leeway_still_works(letters):
    old = letters.person(PERSON, "letters", exp=int(time.time()) - 20)

    assert letters.call("GET", LETTERS, token=old).status_code == 200


def test_a_token_without_the_scope_is_refused(letters):
    answer = letters.call("GET", LETTERS, token=letters.person(PERSON, "other"))

    assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")


def test_an_application_cannot_do_what_only_a_person_can(letters):
    answer = write(letters, letters.client("svc-x", "letters", region="demo"))

    assert (answer.status_code, answer.json["code"]) == (403, "person_required")


def test_a_route_nobody_decided_about_stops_the_start(letters):
    letters.app.add_url_rule("/api/letters/v1/open", "open", lambda: "")

    with pytest.raises(RouteUnmarked, match="open"):
        check_access(letters.app)


def test_wrong_fields_are_named_in_the_readers_language(letters, token):
    headers = {"Accept-Language": "en"}
    body = {"txt": "x"}

    english = letters.call("POST", LETTERS, token=token, json=body, headers=headers)
    indonesian = letters.call("POST", LETTERS, token=token, json=body)

    assert english.status_code == indonesian.status_code == 422
    told = {e["pointer"]: (e["code"], e["detail"]) for e in english.json["errors"]}
    assert told["/text"] == ("required", "Missing data for required field.")
    assert told["/txt"][0] == "unknown_field"
    assert {e["detail"] for e in indonesian.json["errors"]} == {
        "Wajib diisi.",
        "Isian ini tidak dikenal.",
    }


@pytest.mark.parametrize(
    "body",
    ["{", "\udcff".encode("utf-8", "surrogateescape"), "[" * 10_000, '{"text":' + "9" * 5000 + "}"],
    ids=["cut", "not UTF-8", "too deep", "too many digits"],
)
def test_a_body_that_is_not_json_is_a_clear_error(letters, token, body):
    answer = letters.call("POST", LETTERS, token=token, data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


def test_the_request_id_goes_through_answer_and_event(letters, token):
    answer = write(letters, token, **{"X-Request-ID": "from-the-caller-1"})

    assert answer.headers["X-Request-ID"] == "from-the-caller-1"
    assert letters.recorded()[0].request_id == "from-the-caller-1"


def test_a_harmful_request_id_is_replaced(letters, token):
    answer = write(letters, token, **{"X-Request-ID": "x" * 500})

    assert answer.headers["X-Request-ID"] != "x" * 500


def test_the_same_key_and_body_have_one_effect_and_one_answer(letters, token):
    first = write(letters, token, **{"Idempotency-Key": "k1"})
    second = write(letters, token, **{"Idempotency-Key": "k1"})

    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(letters.recorded()) == 1


def test_the_same_key_with_another_body_is_refused(letters, token):
    write(letters, token, "one", **{"Idempotency-Key": "k1"})

    answer = write(letters, token, "two", **{"Idempotency-Key": "k1"})

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert len(letters.recorded()) == 1


def test_a_key_belongs_to_the_person_who_used_it(letters, token):
    write(letters, token, "mine", **{"Idempotency-Key": "k1"})

    theirs = write(
        letters, letters.person(uuid4(), "letters"), "theirs", **{"Idempotency-Key": "k1"}
    )

    assert theirs.status_code == 201
    assert theirs.json["text"] == "theirs"


def test_a_refused_request_can_be_corrected_under_the_same_key(letters, token):
    assert write(letters, token, "", **{"Idempotency-Key": "k1"}).status_code == 422

    assert write(letters, token, "now", **{"Idempotency-Key": "k1"}).status_code == 201


def test_an_edit_must_say_which_version_it_means(letters, token):
    path = f"{LETTERS}/{write(letters, token).json['id']}"

    def edit(text: str = "new", **headers: str) -> int:
        body = {"text": text}
        return letters.call("PATCH", path, token=token, json=body, headers=headers).status_code

    assert edit() == 428
    for wrong in ('"9"', "*", '"one"', '"01"', '""', 'W/"9"', f'"{"x" * 5000}"'):
        assert edit(**{"If-Match": wrong}) == 412
    assert edit(**{"If-Match": '"1"'}) == 200
    assert edit(**{"If-Match": '"1"'}) == 412
    assert edit("compressed on its way", **{"If-Match": 'W/"2"'}) == 200


@pytest.mark.parametrize(
    "listed", ['"1", "2"', '"2","1"', 'W/"1", "2"', '"1", "1"', '"one", "1"', '"1", *, "2"']
)
def test_who_names_several_versions_has_not_said_which_one_was_seen(letters, token, listed):
    path = f"{LETTERS}/{write(letters, token).json['id']}"

    answer = letters.call(
        "PATCH", path, token=token, json={"text": "new"}, headers={"If-Match": listed}
    )

    assert (answer.status_code, answer.json["code"]) == (400, "if_match_one_only")
    assert letters.call("GET", LETTERS, token=token).json["data"][0]["version"] == 1


@pytest.mark.parametrize("written", ["1", "W/1", "'1'", '"1', '1"', 'w/"1"', '"1" 2', ",", "x"])
def test_what_is_no_etag_names_no_version(letters, token, written):
    path = f"{LETTERS}/{write(letters, token).json['id']}"

    answer = letters.call(
        "PATCH", path, token=token, json={"text": "new"}, headers={"If-Match": written}
    )

    assert (answer.status_code, answer.json["code"]) == (400, "if_match_malformed")
    assert letters.call("GET", LETTERS, token=token).json["data"][0]["version"] == 1


def test_who_prefers_a_minimal_answer_is_told_only_what_changed(letters, token):
    letter = write(letters, token).json
    path = f"{LETTERS}/{letter['id']}"
    headers = {"If-Match": '"1"', "Idempotency-Key": "k1"}

    def edit(**more: str):
        body = {"text": "new"}
        return letters.call("PATCH", path, token=token, json=body, headers=headers | more)

    brief = edit(Prefer="respond-async, return=minimal")
    again = edit(Prefer="return=minimal")
    whole = edit()

    assert brief.json == again.json == {"id": letter["id"], "version": 2}
    assert brief.headers["ETag"] == again.headers["ETag"] == '"2"'
    assert brief.headers["Preference-Applied"] == again.headers["Preference-Applied"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (whole.status_code, whole.json["code"]) == (422, "idempotency_key_reused")


def test_who_asked_for_the_whole_answer_gets_it_again_whatever_is_preferred_now(letters, token):
    path = f"{LETTERS}/{write(letters, token).json['id']}"
    headers = {"If-Match": '"1"', "Idempotency-Key": "k1"}
    body = {"text": "new"}

    whole = letters.call("PATCH", path, token=token, json=body, headers=headers)
    preferring = headers | {"Prefer": "return=minimal"}
    again = letters.call("PATCH", path, token=token, json=body, headers=preferring)

    assert again.json == whole.json
    assert "Preference-Applied" not in again.headers


def test_a_preference_is_described(letters):
    operation = letters.call("GET", "/api/letters/v1/openapi.json").json["paths"]
    patch = operation[f"{LETTERS}/{{letter_id}}"]["patch"]

    schema = patch["responses"]["200"]["content"]["application/json"]["schema"]
    assert [item["$ref"].rpartition("/")[2] for item in schema["anyOf"]] == [
        "LetterOut",
        "LetterChanged",
    ]
    assert {
        parameter["name"] for parameter in patch["parameters"] if parameter["in"] == "header"
    } == {
        "If-Match",
        "Idempotency-Key",
        "Prefer",
    }


def test_pages_hold_every_row_once(letters, token):
    written = {write(letters, token, f"n{n}").json["id"] for n in range(7)}

    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        body = letters.call("GET", LETTERS, token=token, query_string=query).json
        seen += [row["id"] for row in body["data"]]
        cursor = body["page"]["next_cursor"]

    assert len(seen) == 7
    assert set(seen) == written
    assert seen == sorted(seen, reverse=True)


def test_two_routes_that_list_the_same_share_one_description(make_letters):
    archive = Blueprint("archive", url_prefix="/api/letters/v1")

    @archive.route("/archive")
    @public
    @archive.arguments(PageArgs, location="query")
    @archive.response(200, page_schema(LetterOut))
    def archived(args):
        return Page([])

    letters = make_letters(options={"blueprints": (archive,)})

    paths = letters.call("GET", "/api/letters/v1/openapi.json").json["paths"]
    named = [
        paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        for path in (LETTERS, "/api/letters/v1/archive")
    ]
    assert named == ["#/components/schemas/LetterOutPage"] * 2


def test_of_a_parameter_that_comes_twice_the_first_counts(letters, token):
    for _ in range(3):
        write(letters, token)

    answer = letters.call("GET", f"{LETTERS}?limit=1&limit=100", token=token)
    form = letters.call("GET", f"{LETTERS}?limit=1", token=token, data={"limit": "100"})

    assert len(answer.json["data"]) == len(form.json["data"]) == 1


@pytest.mark.parametrize("cursor", ["nonsense", "WzFd", "e30", "bnVsbA"])
def test_a_made_up_cursor_is_a_clear_error(letters, token, cursor):
    answer = letters.call("GET", LETTERS, token=token, query_string={"cursor": cursor})

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/cursor")


def test_another_regions_rows_look_as_if_they_were_not_there(letters, token):
    letter = write(letters, token).json
    elsewhere = letters.person(PERSON, "letters", region="other")

    assert letters.call("GET", LETTERS, token=elsewhere).json["data"] == []
    answer = letters.call(
        "PATCH",
        f"{LETTERS}/{letter['id']}",
        token=elsewhere,
        json={"text": "mine now"},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 404


def test_health_tells_what_is_wrong(letters):
    assert letters.call("GET", "/livez").status_code == 200
    ready = letters.call("GET", "/readyz")

    assert ready.json["status"] == ready.json["checks"]["bus"] == "ok"
    assert "simpul_" in letters.call("GET", "/metrics").text


def test_a_service_whose_events_the_bus_does_not_take_is_ready_and_says_it_does_less(letters):
    write(letters, letters.person(PERSON, "letters"), "waits for the bus")
    at_first = letters.call("GET", "/readyz")
    with time_machine.travel(now() + timedelta(seconds=health.LATE + 1)):
        later = letters.call("GET", "/readyz")
        with moved("bus_degraded", service="letters"):
            letters.call("GET", "/metrics")
    letters.drain()
    with moved("bus_degraded", service="letters"):
        letters.call("GET", "/metrics")

    assert at_first.json["status"] == "ok"
    assert later.status_code == 200
    assert later.json["status"] == later.json["checks"]["bus"] == "degraded"
    assert letters.call("GET", "/readyz").json["status"] == "ok"
