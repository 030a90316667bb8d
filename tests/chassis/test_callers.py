"""Whom a service counts: whoever a token proves; and from where: the one address of the edge."""

from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from chassis.http import auth
from chassis.http.callers import behind_edge, network_of
from chassis.process import regions
from chassis.process.buckets import LeakyBuckets
from chassis.process.ids import uuid7
from chassis.process.manifest import Route
from tests.builders.service import Service

COUNT = auth._count
LETTERS = "/api/letters/v1/letters"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(letters: Service) -> Clock:
    clock = Clock()
    letters.runtime.buckets = LeakyBuckets(clock=clock)
    return clock


@pytest.fixture
def narrow(letters: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(auth, "_count", COUNT)
    routes = (Route("/api/letters/", rate=1.0, burst=2),)
    monkeypatch.setitem(letters.runtime.manifest.__dict__, "routes", routes)
    return letters


def statuses(service: Service, times: int, **given: Any) -> list[int]:
    return [service.call("GET", LETTERS, **given).status_code for _ in range(times)]


def test_a_person_is_counted_whatever_token_comes(narrow: Service, clock: Clock):
    person_id = uuid7()
    tokens = [narrow.person(person_id, "letters", client_id=f"app-{n}") for n in range(4)]

    answers = [narrow.call("GET", LETTERS, token=token) for token in tokens]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.json["code"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "1"
    clock.now += 1
    assert statuses(narrow, 1, token=tokens[0]) == [200]


def test_nobody_is_held_up_by_another_caller(narrow: Service):
    mine, theirs = (narrow.person(uuid7(), "letters") for _ in range(2))

    assert statuses(narrow, 5, token=mine)[-1] == 429
    assert statuses(narrow, 3, token=theirs) == [200] * 3
    assert statuses(narrow, 3, token=narrow.client("kota-x", "letters")) == [200] * 3


def test_an_application_of_a_region_is_counted_and_the_services_themselves_are_not(
    narrow: Service,
):
    partner = narrow.client("kota-x", "letters", region="demo")
    service = narrow.client("svc-archive", "letters", region=regions.ALL)

    assert statuses(narrow, 4, token=partner)[-1] == 429
    assert set(statuses(narrow, 10, token=service)) == {200}


@pytest.mark.parametrize("invented", ["Bearer {n}", "Basic {n}", "{n}"])
def test_words_that_prove_nothing_fill_no_bucket(narrow: Service, invented: str):
    for n in range(10):
        authorization = {"Authorization": invented.format(n=n)}
        assert statuses(narrow, 1, headers=authorization) == [401]

    assert len(narrow.runtime.buckets) == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::5", "2001:db8:1:2::"),
        ("2001:db8::5", "2001:db8::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_of_ipv6_the_network_of_a_subscriber_is_counted(address: str, counted: str):
    assert network_of(address) == counted


def test_a_service_behind_nginx_knows_the_address_that_nginx_counted():
    @Request.application
    def whoami(request: Request) -> Response:
        return Response(f"{request.remote_addr} {request.headers.get('X-Forwarded-For')}")

    client = Client(behind_edge(whoami))

    counted = client.get("/", headers={"X-Forwarded-For": "10.9.9.9"})
    unsaid = client.get("/", environ_base={"REMOTE_ADDR": "127.0.0.1"})

    assert counted.text == "10.9.9.9 None"
    assert unsaid.text == "127.0.0.1 None"
