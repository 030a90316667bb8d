"""How long to wait before the next try at signing in."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain.throttling import Failures, TooManyAttempts, check_throttle

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _failed(count: int, *, ago: float = 0.0) -> list[datetime]:
    """Failures one second apart, the last of them `ago` seconds ago."""
    return [NOW - timedelta(seconds=ago + count - 1 - n) for n in range(count)]


def _wait(**failures: list[datetime]) -> int:
    try:
        check_throttle(Failures(**failures), now=NOW)
    except TooManyAttempts as error:
        return error.retry_after
    return 0


def test_the_first_five_tries_are_free():
    assert _wait(pair=_failed(4)) == 0


@pytest.mark.parametrize(
    ("failures", "seconds"), [(5, 31), (6, 61), (7, 121), (8, 241), (9, 481), (10, 901), (30, 901)]
)
def test_each_further_failure_doubles_the_wait_up_to_fifteen_minutes(failures: int, seconds: int):
    assert _wait(pair=_failed(failures)) == seconds


def test_the_wait_ends():
    assert _wait(pair=_failed(5, ago=29)) > 0
    assert _wait(pair=_failed(5, ago=30)) == 0


def test_many_addresses_do_not_help_against_one_account():
    assert _wait(account=_failed(19)) == 0
    assert _wait(account=_failed(20)) > 3500


def test_one_address_cannot_try_every_account():
    assert _wait(address=_failed(199)) == 0
    assert _wait(address=_failed(200)) > 3300


def test_an_office_behind_one_address_is_not_stopped_by_one_colleague():
    assert _wait(address=_failed(30)) == 0


def test_ten_thousand_tries_an_hour_on_one_account_reach_the_password_check_twenty_times():
    tried: list[datetime] = []
    start = NOW - timedelta(hours=1)

    for second in range(0, 3600, 1):
        at = start + timedelta(seconds=second)
        try:
            check_throttle(Failures(account=tried), now=at)
        except TooManyAttempts:
            continue
        tried.append(at)

    assert len(tried) == 20


def test_the_refusal_says_how_long_in_both_languages():
    with pytest.raises(TooManyAttempts) as caught:
        check_throttle(Failures(pair=_failed(5)), now=NOW)

    assert "31 detik" in caught.value.detail("id")
    assert "31 seconds" in caught.value.detail("en")
