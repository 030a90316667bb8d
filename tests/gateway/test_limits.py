import pytest

from chassis.process.manifest import Route
from gateway.limits import LeakyBuckets, caller_of

ROUTE = Route("/x/", rate=2.0, burst=3)


def test_memory_is_bounded_and_the_longest_unused_is_forgotten():
    buckets = LeakyBuckets(capacity=10)

    for number in range(1000):
        buckets.wait(ROUTE, f"caller-{number}", now=float(number))

    assert len(buckets) == 10


def test_a_refused_request_does_not_lengthen_the_wait():
    buckets = LeakyBuckets()
    for _ in range(4):
        assert buckets.wait(ROUTE, "a", now=0.0) == 0

    waits = [buckets.wait(ROUTE, "a", now=0.0) for _ in range(50)]

    assert waits == [1] * 50
    assert buckets.wait(ROUTE, "a", now=1.0) == 0


def test_a_slow_route_says_how_long_to_wait():
    slow = Route("/slow/", rate=0.1, burst=0)
    buckets = LeakyBuckets()

    assert buckets.wait(slow, "a", now=0.0) == 0
    assert buckets.wait(slow, "a", now=0.0) == 10
    assert buckets.wait(slow, "a", now=4.0) == 6


def test_a_clock_that_steps_back_punishes_nobody():
    buckets = LeakyBuckets()
    buckets.wait(ROUTE, "a", now=100.0)

    assert buckets.wait(ROUTE, "a", now=50.0) == 0


@pytest.mark.parametrize("rate", [1.0, 7.0, 50.0])
def test_over_a_long_time_only_rate_times_time_passes(rate: float):
    route = Route("/y/", rate=rate, burst=10)
    buckets = LeakyBuckets()

    passed = sum(buckets.wait(route, "a", now=tick / 1000) == 0 for tick in range(10_000))

    assert rate * 10 <= passed <= rate * 10 + route.burst + 1


def test_the_credential_itself_is_not_kept():
    caller = caller_of({"HTTP_AUTHORIZATION": "Bearer top.secret.token", "REMOTE_ADDR": "10.0.0.1"})

    assert "secret" not in caller
    assert caller_of({"REMOTE_ADDR": "10.0.0.1"}) == "10.0.0.1"
