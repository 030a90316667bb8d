import pytest

from chassis.process.buckets import LeakyBuckets, Limit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> LeakyBuckets:
    return LeakyBuckets(capacity=10, clock=clock)


LIMIT = Limit(rate=2.0, burst=3)


def test_memory_is_bounded_and_the_longest_unused_is_forgotten(buckets: LeakyBuckets):
    for number in range(1000):
        buckets.wait(LIMIT, f"caller-{number}")

    assert len(buckets) == 10


def test_a_refused_request_does_not_lengthen_the_wait(buckets: LeakyBuckets, clock: Clock):
    for _ in range(4):
        assert buckets.wait(LIMIT, "a") == 0

    waits = [buckets.wait(LIMIT, "a") for _ in range(50)]

    assert waits == [1] * 50
    clock.now += 1.0
    assert buckets.wait(LIMIT, "a") == 0


def test_a_slow_limit_says_how_long_to_wait(buckets: LeakyBuckets, clock: Clock):
    slow = Limit(rate=0.1, burst=0)

    assert buckets.wait(slow, "a") == 0
    assert buckets.wait(slow, "a") == 10
    clock.now += 4.0
    assert buckets.wait(slow, "a") == 6


def test_who_waits_as_long_as_told_is_let_in(buckets: LeakyBuckets, clock: Clock):
    slow = Limit(rate=0.3, burst=2)
    for _ in range(3):
        buckets.wait(slow, "a")

    clock.now += buckets.wait(slow, "a")

    assert buckets.wait(slow, "a") == 0


def test_a_clock_that_steps_back_punishes_nobody(buckets: LeakyBuckets, clock: Clock):
    clock.now = 100.0
    buckets.wait(LIMIT, "a")

    clock.now = 50.0

    assert buckets.wait(LIMIT, "a") == 0


def test_a_full_bucket_leaks_on_after_its_clock_stepped_back(buckets: LeakyBuckets, clock: Clock):
    clock.now = 100.0
    for _ in range(4):
        buckets.wait(LIMIT, "a")

    clock.now = 50.0
    assert buckets.wait(LIMIT, "a") == 1
    clock.now += 1.0

    assert buckets.wait(LIMIT, "a") == 0


@pytest.mark.parametrize("rate", [1.0, 7.0, 50.0])
def test_over_a_long_time_only_rate_times_time_passes(
    buckets: LeakyBuckets, clock: Clock, rate: float
):
    limit = Limit(rate, burst=10)
    passed = 0
    for tick in range(10_000):
        clock.now = tick / 1000
        passed += buckets.wait(limit, "a") == 0

    assert rate * 10 <= passed <= rate * 10 + limit.burst + 1
