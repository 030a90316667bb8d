"""No text costs more than ten times the CPU of a harmless one of its length, wherever it stands.

Each change tries a ninth of the places, drawn by its commit; `./simpul prove` tries all of them.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from chassis.http.auth import accept_until_expiry
from chassis.process import runtime as runtimes
from tests.builders.drawn import drawn
from tests.builders.forms import FIELDS, FREE, SIGN_IN, posts
from tests.builders.matrix import (
    SERVICES,
    addresses,
    document_of,
    filled,
    ids_of,
    resolved,
    scopes_of,
    signed_here,
)
from tests.builders.raw import FORM, JSON, meant
from tests.builders.system import System, demo_system
from tests.builders.tokens import Signer
from tests.identity.demo import employee_id
from tests.portal.stage_set import FakeEdge, csrf_of, portal, sign_in
from tests.portal.told import a_proposal, knows

MOST = 10
# What costs less than this is not told apart from noise; no text needs it.
FLOOR = 0.002
LONGEST_HEADER = 7900
USUAL_LENGTH = 2000
SHORT = 24
PLAIN = (
    "Seleksi jabatan pengawas pada dinas contoh ",
    "Sélèksi jabåtan pengawās pada dinås ",
    "一二三四五六七八九十",  # as many bytes a letter as the widest of the others
)
OF_EVERY_REQUEST = ("Accept", "Accept-Language", "Authorization", "X-Request-ID", "Cookie")
pytestmark = pytest.mark.xdist_group("costs")  # one region for all of them
# Each is repeated at {}; the first ones make a nested repetition double.
DOUBLING = ("1{}x", "1 {}x", "a{}!", "a.{}@", " {}x", "katasandi{}x")
HOSTILE = (
    *DOUBLING,
    *("199001012015011901 {}B", "1.{}x", "a@a.{}", ",{};", "[{}x", '"{}', "\\{}", "a-{},"),
    *(
        "en;q=0.{}",
        "e\u0301{}x",
        "\u0301{}",
        "👩\u200d{}",
        "\u00ad{}",
        "\ufdfa{}",
        "%{}",
        "a=b; {}",
    ),
)


@dataclass(frozen=True)
class Place:
    """Where a text goes in, and how long it may be there; a request is made ready, then sent."""

    name: str
    longest: int
    ready: Callable[[str], Callable[[], Any]]


def texts(longest: int) -> Iterator[str]:
    """Give each hostile text, first a short one: what doubles would hang at the greatest length."""
    for length, shapes in ((min(SHORT, longest), DOUBLING), (longest, HOSTILE)):
        for shape in shapes:
            repeated, _, end = shape.partition("{}")
            yield (repeated * length)[: length - len(end)] + end


def cost(place: Place, text: str, *, times: int = 1) -> float:
    send = place.ready(text)

    def once() -> float:
        began = time.thread_time()
        send()
        return time.thread_time() - began

    return min(once() for _ in range(times))


def dear(places: list[Place]) -> list[tuple[str, str, float]]:
    """Return each place with the texts that cost too much there; noise is measured again."""
    return [found for place in places if (found := _dearest(place))]


def _dearest(place: Place) -> tuple[str, str, float] | None:
    usual = _usual(place, times=2)
    for text in texts(place.longest):
        if cost(place, text) > _bound(text, usual):
            # What is plain too: other work on the machine makes both dearer.
            bound = _bound(text, _usual(place, times=8))
            if (least := cost(place, text, times=8)) > bound:
                return place.name, text[:40], least / bound * MOST
    return None


def _usual(place: Place, *, times: int) -> dict[int, float]:
    """Return what plain texts cost, by their length in bytes."""
    rows = [_row(words, place.longest) for words in PLAIN]
    return {len(row.encode()): cost(place, row, times=times) for row in rows}


def _bound(text: str, usual: dict[int, float]) -> float:
    as_wide = [seconds for size, seconds in usual.items() if size <= len(text.encode())]
    return MOST * max([FLOOR, min(usual.values()), *as_wide])


def _row(words: str, length: int) -> str:
    return (words * (length // len(words) + 1))[:length]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    running = demo_system(tmp_path_factory.mktemp("costs"))
    for app in running.apps.values():
        runtimes.of(app).revoked_at = accept_until_expiry
    yield running
    running.close()


@pytest.fixture(scope="module")
def signer(region: System) -> Iterator[Signer]:
    with signed_here(region) as signer:
        yield signer


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_no_text_of_an_operation_is_dear(region, signer, name):
    app = region.apps[name]
    person = employee_id(region.apps["identity"], region.data_dir, "sysadmin")
    token = signer.person(
        person, *sorted(scopes_of(app)), iss=region.public_url, amr=["pwd", "otp"]
    )
    places = [*_places(app.test_client(use_cookies=False), token, ids_of(app))]

    assert len(places) > len(OF_EVERY_REQUEST)
    assert dear(drawn(places, share=9)) == []


@pytest.mark.slow
def test_no_text_of_a_form_is_dear(region):
    edge = FakeEdge()
    pages = portal(edge)
    sign_in(pages, edge, "umpeg", "employee")
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=["approve", "revise"]))
    token = csrf_of(pages)
    at_door = region.apps["identity"].test_client()
    secret = at_door.get("/masuk").text.split('name="csrf_token" value="')[1].split('"')[0]
    places = [
        *_fields(
            at_door, secret, SIGN_IN, [[field] for form in SIGN_IN.values() for field in form]
        ),
        *_fields(pages, token, dict.fromkeys(posts(pages.application), FIELDS), [FREE, [*FIELDS]]),
    ]

    assert len(places) > 40
    assert dear(drawn(places, share=9)) == []


def test_a_text_that_is_dear_is_found():
    def read(text: str) -> Callable[[], None]:
        def work() -> None:
            began = time.thread_time()
            while time.thread_time() - began < (0.03 if text.endswith("!") else 0.0):
                pass

        return work

    [(place, text, _)] = dear([Place("here", 50, read)])

    assert (place, text) == ("here", "a" * 23 + "!")


def _places(client: FlaskClient, token: str, ids: list[UUID]) -> Iterator[Place]:
    document = document_of(client.application)
    for path, item in document["paths"].items():
        address = next(addresses(path, ids))
        for method, told in item.items():
            if method not in ("get", "post", "put", "patch", "delete"):
                continue
            where = Operation(client, method.upper(), path, address, token)
            given = [*item.get("parameters", ()), *told.get("parameters", ())]
            for parameter in resolved(given, document):
                yield from where.of_parameter(parameter)
            content = told.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                body = meant(filled(resolved(content["schema"], document), ids[0]))
                yield from where.of_body(body, resolved(content["schema"], document))
    ready = Operation(client, "GET", "/openapi.json", f"/api/{client.application.name}/v1/", token)
    for header in OF_EVERY_REQUEST:
        yield Place(f"header {header}", LONGEST_HEADER, ready.sending_header(header))


@dataclass(frozen=True)
class Operation:
    """One operation as somebody calls it who may."""

    client: FlaskClient
    method: str
    path: str
    address: str
    token: str

    def of_parameter(self, told: Mapping[str, Any]) -> Iterator[Place]:
        name, schema = told["name"], told.get("schema", {})
        if not _is_text(schema):
            return
        place = f"{self.method} {self.path} {told['in']} {name}"
        longest = schema.get("maxLength", USUAL_LENGTH)
        if told["in"] == "query":
            yield Place(place, longest, lambda text: self.ready(query_string={name: text}))
        elif told["in"] == "header":
            yield Place(place, LONGEST_HEADER, self.sending_header(name))
        else:
            start, _, end = self.path.partition(f"{{{name}}}")
            if "{" not in start + end:
                yield Place(place, longest, lambda text: self.ready(address=f"{start}{text}{end}"))

    def of_body(self, body: Any, schema: Mapping[str, Any]) -> Iterator[Place]:
        for name, told in schema.get("properties", {}).items():
            if _is_text(told):
                longest = told.get("maxLength", USUAL_LENGTH)
                place = f"{self.method} {self.path} /{name}"
                yield Place(place, longest, self._sending_member(body, name))

    def sending_header(self, name: str) -> Callable[[str], Callable[[], Any]]:
        """Send a text as a header; what no header can hold is sent as its bytes."""
        return lambda text: self.ready(headers={name: text.encode().decode("latin-1")})

    def _sending_member(self, body: Any, name: str) -> Callable[[str], Callable[[], Any]]:
        return lambda text: self.ready(data=json.dumps({**body, name: text}))

    def ready(
        self, address: str = "", headers: Mapping[str, str] | None = None, **more: Any
    ) -> Callable[[], Any]:
        usual = {"Authorization": f"Bearer {self.token}", "If-Match": '"1"'}
        told = {**usual, **(headers or {})}
        kept = {name: _one_line(value) for name, value in told.items()}
        request = EnvironBuilder(
            address or self.address, method=self.method, headers=kept, content_type=JSON, **more
        ).get_environ()
        body = request["wsgi.input"].read()
        return lambda: run_wsgi_app(
            self.client.application, {**request, "wsgi.input": BytesIO(body)}, buffered=True
        )


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _is_text(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type", "")
    return "string" in kinds and not {"enum", "format"} & schema.keys()


def _fields(
    client: FlaskClient,
    token: str,
    forms: Mapping[str, Mapping[str, str]],
    groups: Iterable[Iterable[str]],
) -> Iterator[Place]:
    """Give each form once with each group of its fields that takes the text."""
    for path, fields in forms.items():
        for group in {tuple(field for field in group if field in fields) for group in groups} - {
            ()
        }:
            yield Place(
                f"{path} {group}", USUAL_LENGTH, _posting(client, path, fields, group, token)
            )


def _posting(
    client: FlaskClient, path: str, fields: Mapping[str, str], group: Iterable[str], token: str
) -> Callable[[str], Callable[[], Any]]:
    def ready(text: str) -> Callable[[], Any]:
        body = urlencode({**fields, **dict.fromkeys(group, text), "csrf_token": token})
        return lambda: client.post(path, data=body.encode(), content_type=FORM)

    return ready
