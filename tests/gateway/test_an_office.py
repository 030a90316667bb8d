"""A thousand people behind one address, at the edge: nobody is told to wait.

They come within five minutes, one in twenty types a wrong password first, and each works on for
the rest of a quarter of an hour. Pages and phones ask at the same address.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from chassis.http.connections import BODY_SECONDS, HEAD_SECONDS
from chassis.process.buckets import LeakyBuckets
from chassis.process.manifest import discover
from gateway.limits import limit_of_an_address
from gateway.nginx import Listening, render
from gateway.routes import GATEWAY, GATEWAY_ROUTE, Target, table

PEOPLE = 1_000
ARRIVE_WITHIN = 300
WORK_UNTIL = 900
BETWEEN_PAGES = 12
SIGN_IN = ("/portal/", "/oauth/authorize", "/masuk", "/masuk", "/oauth/authorize", "/portal/")
WRONG_FIRST = 20
# What a phone asks for one screen, and a paper that it sends.
SCREEN = (
    "/api/identity/v1/me",
    "/api/proposal/v1/proposals",
    "/api/notification/v1/notices",
)
PAPER = "/api/documents/v1/documents"
ROUTES = table(discover())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def day_of(person: int) -> Iterator[tuple[float, str]]:
    """Yield when a person asks for what."""
    at = person * ARRIVE_WITHIN / PEOPLE
    for step, path in enumerate([*SIGN_IN, *["/masuk"] * (person % WRONG_FIRST == 0)]):
        yield at + step / 2, path
    paths = SCREEN if person % 3 == 0 else ("/portal/",)
    while (at := at + BETWEEN_PAGES) < WORK_UNTIL:
        yield from ((at, path) for path in paths)
        if int(at) % 5 == 0:
            yield at, PAPER


def test_an_office_that_signs_in_and_works_is_never_told_to_wait():
    clock = Clock()
    buckets = LeakyBuckets(clock=clock)
    asked = sorted(request for person in range(PEOPLE) for request in day_of(person))

    refused = []
    for clock.now, path in asked:
        target = ROUTES.find(path)
        if buckets.wait(limit_of_an_address(target.route), target.route.prefix, "10.0.0.1"):
            refused.append((clock.now, path))

    assert len(asked) > 60_000
    assert refused == []


def test_a_thousand_who_open_the_first_page_at_once_see_it():
    buckets = LeakyBuckets(clock=lambda: 0.0)
    route = ROUTES.find("/portal/").route

    waits = [
        buckets.wait(limit_of_an_address(route), route.prefix, "10.0.0.1") for _ in range(5000)
    ]

    assert waits.count(0) == PEOPLE + 1
    assert set(waits) == {0, 1}


def test_nginx_lets_an_address_ask_as_often_as_the_embedded_edge_does():
    upstreams = {owner.owner: ["127.0.0.1:9"] for owner in ROUTES.targets} | {GATEWAY: ["a:1"]}
    written = render(ROUTES, upstreams, Listening(Path("/x"), 1, 2))
    zones = dict(re.findall(r"zone \$simpul_counted zone=(\w+):4m rate=(\d+)r/m;", written))
    bursts = set(re.findall(r"limit_req zone=(\w+) burst=(\d+) nodelay;", written))

    for number, target in enumerate([*ROUTES.targets, Target(GATEWAY, GATEWAY_ROUTE)]):
        limit = limit_of_an_address(target.route)
        assert zones.pop(f"route{number}") == str(round(limit.rate * 60)), target
        bursts.remove((f"route{number}", str(limit.burst)))
    assert (zones, bursts) == ({}, set())


def test_nginx_takes_as_many_requests_at_once_as_an_office_has_people_and_keeps_slow_ones_away():
    written = render(ROUTES, {}, Listening(Path("/x"), 1, 2))

    everywhere, outside = re.findall(r"limit_conn addresses (\d+);", written)
    assert int(everywhere) == int(outside) > PEOPLE
    assert f"client_header_timeout {HEAD_SECONDS}s;" in written
    assert f"client_body_timeout {BODY_SECONDS}s;" in written
    assert "proxy_request_buffering" not in written  # on, so a service gets whole requests only
