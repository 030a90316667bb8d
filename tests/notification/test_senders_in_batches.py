"""What goes quickly is taken several at a time; who hangs, dies or ends keeps none of it."""

import threading

import pytest

from chassis.run.worker import Worker
from services.notification.domain.attempts import permanent
from services.notification.usecases import sending
from services.notification.workers.sender import BATCH, InHand, loops
from tests.builders.counting import Asked, counted
from tests.notification.desk import CHANNELS, an_event


@pytest.fixture
def unhurried(monkeypatch):
    """However slow the machine is, messages go quickly."""
    monkeypatch.setattr("services.notification.workers.sender.QUICK", 60.0)


@pytest.fixture
def backlog(clock, desk):
    """Forty mails that are due, of a person whose address is known."""
    desk.hear(an_event(subject="file/0"))
    desk.send_all()
    desk.hear(*(an_event(subject=f"file/{n}", number=f"demo/{n}") for n in range(1, 41)))
    return desk


def states(desk):
    return [
        (delivery.state, delivery.attempts)
        for delivery in desk.deliveries
        if delivery.channel == "email"
    ]


def test_ten_mails_cost_what_one_does(backlog, unhurried):
    sender = backlog.sender()
    sender._most = BATCH
    with backlog.app.app_context():
        sender._look_back()
        with counted() as asked:
            for _ in range(2 * BATCH):
                assert sender.run()

    # What is due, the tries and the claims; then how all ended, and that they arrived.
    assert asked == Asked(statements=2 * 6, commits=2 * 2)
    assert [state for state, _ in states(backlog)].count("sent") == 1 + 2 * BATCH


def test_more_are_taken_while_they_go_quickly_and_one_by_one_after_a_slow_one(backlog, monkeypatch):
    sender, in_hand = backlog.sender(), []

    def look(_message):
        in_hand.append(len(sender.in_hand.claims))
        quick = 60.0 if len(in_hand) < 18 else 0.0
        monkeypatch.setattr("services.notification.workers.sender.QUICK", quick)

    backlog.mail.during = look
    with backlog.app.app_context():
        while sender.run():
            pass

    ramp = [1, *[2] * 2, *[4] * 4, *[8] * 8]
    assert in_hand[: len(ramp)] == ramp
    assert in_hand[-5:] == [1] * 5
    assert [state for state, _ in states(backlog)] == ["sent"] * 41


def test_one_that_is_refused_among_many_harms_only_itself(backlog):
    sender = backlog.sender()
    sender._most = BATCH
    backlog.mail.endings.extend([permanent("550"), permanent("550")])
    with backlog.app.app_context():
        for _ in range(BATCH):
            sender.run()

    ended = [state for state, _ in states(backlog)]
    assert (ended.count("failed"), ended.count("sent")) == (2, 1 + BATCH - 2)


def test_an_ending_that_cannot_be_written_down_keeps_no_other_from_it(
    backlog, unhurried, monkeypatch
):
    sender, poisoned, finish = backlog.sender(), [], sending.finish

    def refuse(*ended):
        if len(ended) == BATCH:
            poisoned.append(ended[3])
        if poisoned[0] in ended:
            raise ValueError("this one")
        finish(*ended)

    sender._most = BATCH
    monkeypatch.setattr("services.notification.workers.sender.finish", refuse)
    with backlog.app.app_context():
        with pytest.raises(ValueError, match="this one"):
            for _ in range(BATCH):
                sender.run()

    ended = [state for state, _ in states(backlog)]
    assert (ended.count("sending"), ended.count("sent")) == (1, 1 + BATCH - 1)
    assert not sender.in_hand.claims, "the claim runs out, and another sender sees to it"


def test_what_was_taken_and_not_begun_is_given_back_at_the_end(backlog):
    sender = backlog.sender()
    sender._most = BATCH
    with backlog.app.app_context():
        sender.run()
        sender.stop()
        assert not sender.in_hand.claims

    assert sorted(states(backlog)) == [("pending", 0)] * 39 + [("sent", 1)] * 2
    assert len(backlog.attempts) == 2


def test_what_was_taken_with_a_mail_that_hangs_the_other_loops_send(backlog):
    hung, over = threading.Event(), threading.Event()

    def hang(message):
        if message.subject.endswith("/7"):
            hung.set()
            over.wait(20)

    backlog.mail.during = hang
    backlog.service.runtime.loops[:] = loops(CHANNELS["email"], backlog.mail, InHand())
    worker = Worker(backlog.app)
    worker.start()
    try:
        assert hung.wait(20)
        for _ in range(200):
            if [state for state, _ in states(backlog)].count("sent") == 40:
                break
            over.wait(0.05)
        ended = [state for state, _ in states(backlog)]
    finally:
        over.set()
        assert worker.stop(10)

    assert (ended.count("sent"), ended.count("sending")) == (40, 1)
    assert [state for state, _ in states(backlog)] == ["sent"] * 41
