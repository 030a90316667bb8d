"""A relay takes a mail and never says so, and the sender that waited for it dies: what is left."""

import asyncio
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
# The sender waits ten minutes for a relay's last word; here it gives up at once.
HASTY = """
import sys
from functools import partial
from services.notification.channels.email import smtp
from tests.notification import one_sender
smtp.Limits = partial(smtp.Limits, after_dot=0.5)
one_sender.main(*sys.argv[1:])
"""


class SilentRelay:
    """Keeps every mail; as long as it is told to, it does not answer."""

    def __init__(self):
        self.mails = []
        self.silent = True

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content)["Message-ID"])
        if self.silent:
            await asyncio.sleep(5)
        return "250 OK"


@pytest.fixture
def relay():
    return SilentRelay()


@pytest.fixture
def send(desk, relay, tmp_path):
    """Let one sender process send what is due so many minutes from now; returns how it ended."""
    desk.hear(an_event())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    url = f"smtp://127.0.0.1:{port}?tls=none"

    def run(*minutes, dying=False):
        if dying:
            (tmp_path / "sender.after_send").write_text("kill")
        command = [sys.executable, "-c", HASTY, str(tmp_path), url, *map(str, minutes)]
        environment = os.environ | {"FAILPOINTS": str(tmp_path)}
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=False, timeout=60
        ).returncode

    yield run
    controller.stop()


def endings(desk):
    return [attempt.ending for attempt in desk.attempts]


def test_a_death_after_the_silence_leaves_a_claim_and_costs_exactly_one_more_copy(
    desk, relay, send
):
    assert send(0, dying=True) == -signal.SIGKILL
    assert (desk.delivery().state, endings(desk)) == ("sending", [None])
    relay.silent = False
    assert send(1) == 0
    assert len(relay.mails) == 1, "the claim of the dead sender still stands"
    assert send(2, 60, 600) == 0

    assert len(relay.mails) == 2
    assert len(set(relay.mails)) == 1
    assert (desk.delivery().state, endings(desk)) == ("sent", ["lost", "accepted"])


def test_a_silence_that_was_written_down_before_the_end_costs_one_more_copy_too(desk, relay, send):
    assert send(0) == 0
    assert (desk.delivery().state, endings(desk)) == ("pending", ["uncertain"])
    relay.silent = False
    assert send(9) == 0
    assert len(relay.mails) == 1, "the first copy may be under way for ten minutes"
    assert send(11, 60, 600) == 0

    assert len(relay.mails) == 2
    assert (desk.delivery().state, endings(desk)) == ("sent", ["uncertain", "accepted"])


def test_a_relay_that_stays_silent_gets_two_copies_and_somebody_is_asked(desk, relay, send):
    assert send(0, dying=True) == -signal.SIGKILL
    assert send(2, 12, 60, 600, 6000) == 0

    assert len(relay.mails) == 2
    assert endings(desk) == ["lost", "uncertain"]
    assert (desk.delivery().state, desk.delivery().reason) == ("failed", "uncertain")
