import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from chassis.run import worker
from services.notification.domain.attempts import (
    Ending,
    Outcome,
    permanent,
    temporary,
    uncertain,
)
from services.notification.usecases.sending import look_back, renew
from services.notification.usecases.taking import take
from tests.builders.counting import Asked, counted
from tests.builders.metrics import moved
from tests.notification.desk import APPLICANT, a_contact_version, a_rule, an_event

BOTH = ("in_app", "email", "whatsapp")


@pytest.fixture
def told(clock, desk):
    desk.hear(an_event())
    return desk


def endings(desk):
    return [attempt.ending for attempt in desk.attempts]


def test_a_due_message_is_sent_once_to_the_address_identity_gave(told):
    told.send_all()

    [message] = told.mail.sent
    [notice] = told.notices
    assert message.id == notice.id
    assert message.to == "orang0@disdik.example"
    assert message.sender == "BKPSDM Kota Contoh Raya"
    assert told.delivery().state == "sent"
    assert endings(told) == ["accepted"]


@pytest.mark.parametrize(
    ("contact", "chosen", "subject"),
    [
        ("id", None, "Berkas demo/1"),
        ("en", None, "File demo/1"),
        ("en", "id", "Berkas demo/1"),
        ("id", "en", "File demo/1"),
        ("jv", None, "Berkas demo/1"),
    ],
)
def test_the_recipients_language_decides(told, contact, chosen, subject):
    told.identity.set(APPLICANT, email="a@b.test", language=contact)
    if chosen:
        prefer(told, language=chosen)

    told.send_all()

    assert told.mail.sent[0].subject == subject


def prefer(desk, **choice):
    body = {"email": True, "whatsapp": True} | choice
    token = desk.service.person(APPLICANT, "notification")
    answer = desk.service.call("PUT", "/api/notification/v1/preferences", token=token, json=body)
    assert answer.status_code == 200


def test_no_database_connection_is_held_while_identity_or_the_provider_works(told):
    told.hear(an_event(version=2))
    held = []
    with told.app.app_context():
        pool = told.db.engine.pool
    told.mail.during = told.identity.during = lambda _asked: held.append(pool.checkedout())

    told.send_all()

    assert held == [0, 0, 0], "contacts fetched, first mail, second mail with kept contacts"


def test_a_failing_mail_follows_its_schedule_with_one_row_per_try(told, clock):
    told.mail.endings.extend([temporary("451")] * 10)
    waits = []

    while told.delivery().state == "pending":
        due_at = told.delivery().due_at
        waits.append(due_at - datetime.now(UTC))
        clock.move_to(due_at)
        told.send_all()

    minutes = [round(wait / timedelta(minutes=1)) for wait in waits]
    assert minutes == [0, 1, 5, 15, 60, 180, 360, 720, 1440, 1440]
    assert (told.delivery().state, told.delivery().reason) == ("failed", "gave_up")
    assert [attempt.number for attempt in told.attempts] == list(range(1, 11))
    assert len({message.id for message in told.mail.sent}) == 1


def test_nothing_is_sent_before_it_is_due(told, clock):
    told.mail.endings.append(temporary("451"))
    told.send_all()
    clock.shift(59)
    told.send_all()

    assert len(told.mail.sent) == 1

    clock.shift(1)
    told.send_all()

    assert told.delivery().state == "sent"


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=400)], ids=str)
def test_what_failed_under_a_clock_that_ran_ahead_is_tried_again_when_it_was_set_back(
    told, clock, ahead
):
    told.mail.endings.append(temporary("451"))
    clock.shift(ahead)
    told.send_all()
    clock.shift(-ahead)
    told.send_all()

    assert sorted(endings(told)) == ["accepted", "temporary"]


def test_what_was_to_be_sent_under_a_clock_that_ran_ahead_is_sent_now(clock, desk):
    clock.shift(timedelta(days=1))
    desk.hear(an_event())
    clock.shift(timedelta(days=-1))
    desk.send_all()

    assert desk.delivery().state == "sent"


def test_what_a_sender_claimed_under_a_clock_that_ran_ahead_is_taken_over(told, clock):
    told.mail.endings.append(KeyboardInterrupt())
    clock.shift(timedelta(days=1))
    with pytest.raises(KeyboardInterrupt):
        told.send()
    clock.shift(timedelta(days=-1))
    told.send_all()

    assert sorted(endings(told)) == ["accepted", "lost"]


def test_a_permanent_refusal_is_final(told, clock):
    told.mail.endings.append(permanent("550"))
    with moved("notice_attempts", channel="email", ending="permanent"):
        told.send_all()
    clock.shift(timedelta(days=5))
    told.send_all()

    assert len(told.mail.sent) == 1
    assert (told.delivery().state, told.delivery().reason) == ("failed", "refused")


def test_a_refused_message_can_be_tried_again_by_hand_only_by_an_administrator(told):
    told.mail.endings.append(permanent("550"))
    told.send_all()
    path = f"/api/notification/v1/deliveries/{told.delivery().id}/retry"
    applicant = told.service.person(APPLICANT, "notification")

    assert told.service.call("POST", path, token=applicant).status_code == 403
    assert told.delivery().state == "failed"


def test_a_sender_that_dies_in_the_send_window_costs_one_more_copy_at_most(told, clock):
    told.mail.endings.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        told.send()
    told.send_all()

    assert len(told.mail.sent) == 1, "the claim still stands"

    clock.shift(timedelta(minutes=21))
    with moved("notice_attempts", channel="email", ending="lost"):
        told.send_all()
    clock.shift(timedelta(days=7))
    told.send_all()

    assert len(told.mail.sent) == 2
    assert told.delivery().state == "sent"
    assert endings(told) == ["lost", "accepted"]


def test_a_sender_that_always_dies_makes_three_copies_and_then_gives_up(told, clock):
    told.mail.endings.extend([KeyboardInterrupt() for _ in range(9)])
    for _ in range(9):
        try:
            told.send_all()
        except KeyboardInterrupt:
            clock.shift(timedelta(hours=1))

    assert len(told.mail.sent) == 3
    assert (told.delivery().state, told.delivery().reason) == ("failed", "uncertain")


def test_two_senders_never_take_the_same_delivery(told):
    with told.app.app_context():
        first = take("email")
        second = take("email")

    assert len(first.jobs) == 1
    assert second is None


def test_a_slow_provider_keeps_its_message_while_the_senders_process_lives(told, clock):
    with told.app.app_context():
        [slow] = take("email").jobs
        for _ in range(20):
            clock.shift(timedelta(minutes=1))
            renew([slow.claim])
            assert not look_back("email")
        clock.shift(timedelta(minutes=2))

        assert look_back("email"), "without a sign of life it is free again"


def test_a_late_answer_after_the_claim_ran_out_does_not_undo_the_other_sender(told, clock):
    def overtaken(_message):
        clock.shift(timedelta(minutes=21))
        told.mail.during = lambda _message: None
        told.send_all()

    told.mail.during = overtaken
    told.mail.endings.extend([permanent("550 by the second"), uncertain("by the first")])

    told.send()

    assert told.delivery().state == "failed"
    assert told.delivery().reason == "refused"


def test_a_late_answer_does_not_take_the_delivery_from_whoever_has_it_now(told, clock):
    def overtaken(_message):
        clock.shift(timedelta(minutes=21))
        with told.app.app_context():
            assert look_back("email"), "the first try is booked as lost"
            assert take("email").jobs, "and the delivery is in other hands"

    told.mail.during = overtaken
    told.mail.endings.append(permanent("550, told late"))

    told.send()

    assert told.delivery().state == "sending"


def test_doubt_costs_one_more_copy_after_ten_minutes(told, clock):
    told.mail.endings.extend([uncertain("hang"), uncertain("hang")])
    told.send_all()
    clock.shift(timedelta(minutes=9, seconds=59))
    told.send_all()
    assert len(told.mail.sent) == 1

    clock.shift(1)
    told.send_all()
    clock.shift(timedelta(days=7))
    told.send_all()

    assert len(told.mail.sent) == 2
    assert told.delivery().reason == "uncertain"


def test_a_channel_that_raises_is_doubt_not_a_dead_loop(told):
    told.mail.endings.append(RuntimeError("a fault in a plug-in"))

    told.send_all()

    assert endings(told) == [Ending.UNCERTAIN]


def test_a_channel_that_answers_anything_else_is_doubt_too(told):
    told.mail.endings.append("250 OK")

    told.send_all()

    assert endings(told) == [Ending.UNCERTAIN]


def test_what_a_provider_says_is_written_down_as_far_as_it_can_be(told):
    told.mail.endings.append(Outcome(Ending.ACCEPTED, "ok\0\ud800", reference="\0" + "r" * 500))

    told.send_all()

    [attempt] = told.attempts
    assert (attempt.detail, attempt.reference) == ("ok", "r" * 120)


def test_while_identity_is_down_messages_wait(told, clock):
    told.identity.down = True
    told.send_all()
    assert told.mail.sent == []

    told.identity.down = False
    clock.shift(timedelta(minutes=1))
    told.send_all()

    assert len(told.mail.sent) == 1


def test_contacts_are_fetched_once_until_a_newer_version_is_told(told, clock):
    told.send_all()
    told.hear(an_event(version=2))
    told.send_all()
    assert len(told.identity.asked) == 1

    told.identity.set(APPLICANT, version=2, email="baru@disdik.example")
    told.hear(a_contact_version(APPLICANT, 2), an_event(version=3))
    told.send_all()

    assert [message.to for message in told.mail.sent][-1] == "baru@disdik.example"
    assert len(told.identity.asked) == 2


def test_an_old_contact_version_told_late_fetches_nothing(told):
    told.identity.set(APPLICANT, version=5, email="baru@disdik.example")
    told.send_all()
    told.hear(a_contact_version(APPLICANT, 3), an_event(version=2))
    told.send_all()

    assert len(told.identity.asked) == 1


def test_somebody_without_an_address_is_skipped_with_the_reason(told):
    told.identity.set(APPLICANT, email=None)

    told.send_all()

    assert told.mail.sent == []
    assert (told.delivery().state, told.delivery().reason) == ("skipped", "no_address")


def test_a_channel_switched_off_is_not_used_but_the_inbox_is(told):
    prefer(told, email=False)

    told.send_all()

    assert told.mail.sent == []
    assert (told.delivery().state, told.delivery().reason) == ("skipped", "switched_off")
    assert told.delivery("in_app").state == "sent"


def test_each_channel_is_sent_on_its_own(clock, desk):
    desk.rules(a_rule(channels=BOTH))
    desk.hear(an_event())
    desk.mail.endings.append(temporary("451"))

    desk.send_all()
    desk.send_all("whatsapp")

    assert desk.delivery("whatsapp").state == "sent"
    assert desk.whatsapp.sent[0].to == "0812-0000-0000"
    assert desk.delivery("email").state == "pending"


def test_a_whatsapp_that_cannot_arrive_becomes_a_mail(clock, desk):
    desk.rules(a_rule(channels=("in_app", "whatsapp")))
    desk.hear(an_event())
    desk.whatsapp.endings.append(permanent("131026"))

    desk.send_all("whatsapp")
    desk.send_all("email")

    assert desk.delivery("whatsapp").state == "failed"
    assert desk.delivery("email").state == "sent"


def test_the_services_own_loops_send_a_mail_as_a_file(service, tmp_path):
    from tests.notification.desk import Desk

    desk = Desk(service("notification"))
    kept = list(desk.service.runtime.loops)
    desk.meet_everybody()
    desk.service.runtime.loops[:] = kept
    desk.service.hear(an_event())
    worker.drain(desk.app)

    [path] = (tmp_path / "mail").glob("*.eml")
    assert path.stem == str(desk.notices[0].id)


def test_an_ending_that_could_not_be_written_down_is_remembered_until_the_database_is_back(told):
    def lose(_connection, _cursor, statement, *_rest):
        if told.mail.sent and len(lost) < 2 and statement.startswith("UPDATE attempts"):
            lost.append(statement)
            raise sqlite3.OperationalError("the database is away")

    lost = []
    with told.app.app_context():
        sender, engine = told.sender(), told.db.engine
        event.listen(engine, "before_cursor_execute", lose)
        for _ in range(2):
            with pytest.raises(OperationalError):
                sender.run()
        event.remove(engine, "before_cursor_execute", lose)
        assert told.delivery().state == "sending"
        assert not sender.run()

    assert len(told.mail.sent) == 1
    assert told.delivery().state == "sent"
    assert endings(told) == ["accepted"]


def test_a_delivery_costs_six_statements_in_two_transactions(told):
    told.send_all()  # now the contact is kept
    told.hear(an_event(subject="file/2"))
    sender = told.sender()
    with told.app.app_context():
        sender._look_back()
        with counted() as asked:
            assert sender.run()

    # What is due, with all that its sender needs; the try and the claim; then how both ended.
    assert asked == Asked(statements=6, commits=2)
    assert {delivery.state for delivery in told.deliveries} == {"sent"}
