"""What a presented refresh token is worth."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain.refresh import Presented, Verdict, judge

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def _judge(
    *,
    used: float | None = None,
    expires: datetime = LATER,
    revoked: bool = False,
    successor_used: bool = False,
) -> Verdict:
    used_at = None if used is None else NOW - timedelta(seconds=used)
    state = Presented(used_at, expires, NOW if revoked else None, successor_used=successor_used)
    return judge(state, now=NOW)


def test_a_fresh_token_is_replaced():
    assert _judge() is Verdict.ROTATE


@pytest.mark.parametrize("seconds", [0, 1, 19.9, 20])
def test_a_second_tab_within_twenty_seconds_gets_the_same_successor(seconds: float):
    assert _judge(used=seconds) is Verdict.SAME_SUCCESSOR


@pytest.mark.parametrize("seconds", [20.1, 60, 86_400])
def test_later_the_token_is_in_two_hands_and_the_family_dies(seconds: float):
    assert _judge(used=seconds) is Verdict.REVOKE_FAMILY


@pytest.mark.parametrize("seconds", [0, 1, 20, 60])
def test_once_its_successor_was_used_nobody_is_a_second_tab(seconds: float):
    assert _judge(used=seconds, successor_used=True) is Verdict.REVOKE_FAMILY


def test_a_family_ends_after_its_eight_hours_however_often_it_was_refreshed():
    assert _judge(expires=NOW) is Verdict.REFUSE


@pytest.mark.parametrize("used", [None, 5])
def test_nothing_of_a_revoked_family_is_worth_anything(used: float | None):
    assert _judge(used=used, revoked=True) is Verdict.REFUSE
