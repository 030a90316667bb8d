"""A real sender process, killed at the worst moment: the relay has the mail, nobody wrote it down."""

import os
import signal
import socket
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.notification.desk import an_event

pytestmark = [pytest.mark.live, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


class KillingRelay:
    """Keeps every mail; kills the process it is told to, before it answers."""

    def __init__(self):
        self.mails = []
        self.victim = None

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content))
        if self.victim is not None:
            os.kill(self.victim.pid, signal.SIGKILL)
            self.victim = None
        return "250 OK"


@pytest.fixture
def relay():
    return KillingRelay()


@pytest.fixture
def url(relay):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}?tls=none"
    controller.stop()


def test_a_sender_killed_after_the_final_dot_costs_exactly_one_more_copy(
    desk, relay, url, tmp_path
):
    desk.hear(an_event(), an_event(version=2, number="demo/2"))

    def send(*minutes, killed=False):
        command = [sys.executable, "-m", "tests.notification.one_sender"]
        process = subprocess.Popen([*command, str(tmp_path), url, *map(str, minutes)], cwd=ROOT)
        relay.victim = process if killed else None
        return process.wait(timeout=60)

    assert send(0, killed=True) == -signal.SIGKILL
    assert send(0, 1) == 0
    assert len(relay.mails) == 2, "the claim of the dead sender still stands"
    assert send(2, 60, 600) == 0

    copies = [mail["Message-ID"] for mail in relay.mails]
    assert len(copies) == 3
    assert len(set(copies)) == 2
    assert copies[0] == copies[2]
    assert {delivery.state for delivery in desk.deliveries} == {"sent"}
    assert sorted(attempt.ending for attempt in desk.attempts) == ["accepted", "accepted", "lost"]
