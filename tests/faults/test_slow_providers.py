"""A mail server or WhatsApp provider that takes a message and says nothing slows nobody else."""

import statistics
import time
from collections import Counter, deque

import pytest

from tests.builders.beside import BESIDE
from tests.faults.mail_server import CLOSE, HANG, LATER, TAKE
from tests.faults.mails import mails, wait_until_every_mail_is_out
from tests.faults.processes import wait_for

pytestmark = [pytest.mark.live, pytest.mark.alone]
LONG = pytest.mark.prove(part="outages")
LOOKS = 30


def test_a_mail_server_that_hangs_after_the_mail_slows_nobody_else(system):
    office, mail = system.office, system.mail
    usual = p95(office)
    mail.answer = HANG
    for _ in range(3):
        office.round()
    wait_for(lambda: mail.hanging == 4, 30)
    hanging = p95(office)
    held = longest_transaction(system)
    system.wait_until_everybody_was_told(30)
    wait_for(lambda: whatsapps(system).total() >= 6, 60)
    mail.answer = TAKE
    sent = wait_until_every_mail_is_out(system)

    print(f"p95 {usual * 1000:.0f} ms as usual, {hanging * 1000:.0f} ms with 4 senders hanging, ")
    print(f"ratio {hanging / usual:.2f}; mails out {sent:.1f} s after the hang")
    assert hanging < 3 * usual + 0.1 + BESIDE
    assert held < 2.0 + BESIDE
    assert set(whatsapps(system).values()) == {1}
    assert len(mails(system)) == 6


@LONG
def test_a_whatsapp_provider_that_hangs_slows_nobody_else_and_is_asked_once_more(system):
    office, stub = system.office, system.whatsapp
    usual = p95(office)
    stub.answers.extend(["silence"] * 20)
    for _ in range(3):
        office.round()
    wait_for(lambda: whatsapps(system).total() >= 2, 30)
    hanging = p95(office)
    held = longest_transaction(system)
    system.wait_until_everybody_was_told(30)
    wait_until_every_mail_is_out(system)
    wait_for(lambda: doubtful(system), 30)
    stub.answers = deque()
    wait_for(lambda: whatsapps(system).total() >= 6 and not sending(system), 60)
    waiting = doubtful(system)
    system.hasten_messages(only="due_at > now()")
    wait_for(lambda: not system.messages_under_way("whatsapp"), 60)

    copies = whatsapps(system)
    print(f"p95 {usual * 1000:.0f} ms as usual, {hanging * 1000:.0f} ms with a hanging provider, ")
    print(f"ratio {hanging / usual:.2f}; {waiting} were asked once more; copies {copies}")
    assert hanging < 3 * usual + 0.1 + BESIDE
    assert held < 2.0 + BESIDE
    assert len(copies) == 6
    assert max(copies.values()) <= 2
    assert sum(count - 1 for count in copies.values()) == waiting


@pytest.mark.parametrize(("answer", "copies"), [(LATER, 1), pytest.param(CLOSE, 2, marks=LONG)])
def test_a_mail_that_was_refused_for_now_or_left_in_doubt_is_not_lost(system, answer, copies):
    system.mail.answer = answer
    system.office.round()
    wait_for(lambda: attempted(system, "temporary" if answer == LATER else "uncertain") == 2, 30)
    system.mail.answer = TAKE
    system.hasten_messages(only="channel = 'email'")
    wait_for(lambda: not system.messages_under_way(), 30)

    assert sorted(mails(system).values()) == [copies, copies]


def p95(office):
    """Of what people read just now."""
    count = len(office.answers)
    for _ in range(LOOKS):
        office.look()
        time.sleep(0.05)
    taken = [answer for answer in office.answers[count:] if answer.what == "read"]
    assert {answer.status for answer in taken} == {200}
    return statistics.quantiles([answer.seconds for answer in taken], n=20)[-1]


def longest_transaction(system):
    """Seconds that a transaction of notification has been open, at most, over two seconds."""
    statement = (
        "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)"
        " FROM pg_stat_activity WHERE usename = 'notification'"
    )
    longest, end = 0.0, time.monotonic() + 2
    while time.monotonic() < end:
        [[seconds]] = system.ask_database("notification", statement)
        longest = max(longest, float(seconds))
        time.sleep(0.1)
    return longest


def whatsapps(system):
    """Copies the provider was given of each message about these proposals."""
    numbers = [proposal.number for proposal in system.office.filed if proposal.number]
    return Counter(
        message["biz_opaque_callback_data"]
        for message in list(system.whatsapp.messages)
        if any(number in message["text"]["body"].replace("*", " ").split() for number in numbers)
    )


def doubtful(system):
    """WhatsApp messages that wait for one more try because nobody knows of the first."""
    statement = (
        "SELECT count(*) FROM deliveries WHERE channel = 'whatsapp' AND state = 'pending'"
        " AND due_at > now() + interval '5 minutes'"
    )
    return system.ask_database("notification", statement)[0][0]


def sending(system):
    return [state for _, state in system.messages_under_way("whatsapp") if state == "sending"]


def attempted(system, ending):
    ids = "', '".join(f"proposal/{item.id}" for item in system.office.filed)
    statement = (
        "SELECT count(*) FROM attempts JOIN deliveries ON deliveries.id = delivery_id"  # noqa: S608 - ids of ours
        " JOIN notices ON notices.id = notice_id WHERE channel = 'email'"
        f" AND ending = '{ending}' AND subject IN ('{ids}')"
    )
    return system.ask_database("notification", statement)[0][0]
