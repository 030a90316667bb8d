from datetime import UTC, datetime, timedelta

import pytest

from services.notification.adapters.registry import discover
from services.notification.domain.attempts import (
    LONG_WAITS,
    LOST,
    Ending,
    Pace,
    accepted,
    next_step,
    permanent,
    temporary,
    uncertain,
)

CHANNELS = discover()
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def step(outcome, earlier=(), channel="email"):
    pace = Pace(CHANNELS[channel].waits, confirms=CHANNELS[channel].confirms)
    return next_step(outcome, earlier=earlier, pace=pace, now=NOW)


def due_after_each(outcome, channel):
    """How long each wait is when every try ends the same way, until it is given up."""
    waits, earlier = [], []
    while (then := step(outcome, earlier, channel)).state == "pending":
        waits.append(then.due - NOW)
        earlier.append(outcome.ending)
    return waits, then


def test_a_taken_message_is_sent():
    assert step(accepted("ref")).state == "sent"


def test_a_refused_message_is_not_tried_again():
    assert (step(permanent("550")).state, step(permanent("550")).reason) == ("failed", "refused")


def test_a_mail_is_tried_ten_times_over_about_three_days():
    waits, then = due_after_each(temporary("451"), "email")

    hours = [wait / timedelta(hours=1) for wait in waits]
    assert hours == [1 / 60, 5 / 60, 15 / 60, 1, 3, 6, 12, 24, 24]
    assert timedelta(hours=70) < sum(waits, timedelta()) < timedelta(hours=73)
    assert (then.state, then.reason) == ("failed", "gave_up")


def test_whatsapp_is_given_up_within_a_day():
    waits, then = due_after_each(temporary("503"), "whatsapp")

    assert timedelta(hours=20) < sum(waits, timedelta()) <= timedelta(hours=24)
    assert then.reason == "gave_up"


def test_the_provider_may_ask_for_a_longer_wait_but_not_for_ever():
    asked = step(temporary("429", retry_after=timedelta(minutes=7)))
    absurd = step(temporary("429", retry_after=timedelta(days=400)))
    shorter = step(temporary("429", retry_after=timedelta(seconds=1)))

    assert asked.due == NOW + timedelta(minutes=7)
    assert absurd.due == NOW + timedelta(hours=24)
    assert shorter.due == NOW + LONG_WAITS[0]


@pytest.mark.parametrize("channel", ["email", "whatsapp"])
def test_after_doubt_one_more_copy_is_sent_and_no_third(channel):
    waits, then = due_after_each(uncertain("read timeout"), channel)

    assert waits == [timedelta(minutes=10)]
    assert (then.state, then.reason) == ("failed", "uncertain")


def test_a_sender_that_dies_again_and_again_makes_three_copies_at_most():
    waits, then = due_after_each(LOST, "email")

    assert len(waits) == 2
    assert then.state == "failed"


def test_after_a_death_a_providers_later_word_is_waited_for_where_there_is_one():
    assert due_after_each(LOST, "email")[0] == [timedelta(), timedelta()]
    assert due_after_each(LOST, "whatsapp")[0] == [timedelta(minutes=10)] * 2


def test_doubt_after_a_crash_is_the_end():
    assert step(uncertain("no answer"), [Ending.LOST]).reason == "uncertain"


def test_doubt_does_not_use_up_the_ordinary_retries():
    then = step(temporary("451"), [Ending.UNCERTAIN])

    assert then.due == NOW + LONG_WAITS[0]
