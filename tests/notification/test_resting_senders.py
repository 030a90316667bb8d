"""Senders rest until a delivery is due, and a delivery that becomes due wakes its own channel's."""

from math import inf

import pytest

from chassis.process.clock import now
from chassis.process.loops import Loop
from chassis.process.regions import in_region
from services.notification.domain.attempts import permanent, temporary
from services.notification.usecases.releasing import try_again
from services.notification.usecases.taking import seconds_until_due, topic_of
from services.notification.workers.sender import InHand, loops
from tests.notification.desk import CHANNELS, REGION, a_rule, an_event


@pytest.fixture
def woken(desk):
    """Return which channels' senders were woken since it was last called."""
    watched = {
        name: Loop(f"watched {name}", lambda: False, topic=topic_of(name), drained=False)
        for name in CHANNELS
    }
    desk.service.runtime.loops.extend(watched.values())

    def since() -> set[str]:
        channels = {name for name, loop in watched.items() if loop.wake.is_set()}
        for loop in watched.values():
            loop.wake.clear()
        return channels

    since()
    return since


def due(desk, channel="email"):
    with desk.app.app_context():
        return seconds_until_due(channel)


def test_the_topic_of_a_channels_senders_is_the_one_its_deliveries_wake(desk):
    for name, channel in CHANNELS.items():
        assert {loop.topic for loop in loops(channel, desk.mail, InHand())} == {topic_of(name)}


def test_a_notice_wakes_the_senders_of_the_channels_it_goes_by(clock, desk, woken):
    assert (due(desk), woken()) == (inf, set())
    desk.hear(an_event())

    assert woken() == {"email"}
    assert (due(desk), due(desk, "whatsapp")) == (0, inf)


def test_a_message_that_failed_for_now_is_waited_for(clock, desk):
    desk.hear(an_event())
    desk.mail.endings.append(temporary("busy"))
    desk.send()

    assert due(desk) == CHANNELS["email"].waits[0].total_seconds()


def test_what_another_sender_has_in_hand_is_looked_at_when_its_claim_runs_out(clock, desk):
    desk.hear(an_event())
    seen = []
    desk.mail.during = lambda _message: seen.append(due(desk))
    desk.send()

    assert seen == [desk.service.runtime.settings["SEND_CLAIM"]]
    assert due(desk) == inf


def test_a_fallback_wakes_the_other_channels_senders(clock, desk, woken):
    desk.rules(a_rule(channels=("in_app", "whatsapp")))
    desk.hear(an_event())
    assert woken() == {"whatsapp"}
    desk.whatsapp.endings.append(permanent("no such number"))
    desk.send("whatsapp")

    assert woken() == {"email"}


def test_a_message_tried_again_by_hand_is_sent_at_once(clock, desk, woken):
    desk.hear(an_event())
    desk.mail.endings.append(permanent("no such box"))
    desk.send()
    woken()
    with desk.app.app_context(), in_region(REGION):
        try_again(desk.delivery().id, now=now())

    assert woken() == {"email"}
