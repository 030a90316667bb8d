"""Without a fault nobody gets a mail twice, with every mail sender at work at once."""

import socket
import threading
from collections import Counter
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from chassis.run.worker import Worker
from tests.notification.desk import Desk, a_rule, an_event

pytestmark = pytest.mark.slow

RULES = 20  # of one event, so that hearing, which is no subject here, takes less than sending


class Relay:
    """Counts the mails by their Message-ID."""

    def __init__(self):
        self.mails: Counter[str] = Counter()
        self.expected = 0
        self.full = threading.Event()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.mails[message_from_bytes(envelope.content)["Message-ID"]] += 1
        if self.mails.total() >= self.expected:
            self.full.set()
        return "250 OK"


@pytest.fixture
def relay():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    counting = Relay()
    controller = Controller(counting, hostname="127.0.0.1", port=port)
    controller.start()
    counting.url = f"smtp://127.0.0.1:{port}?tls=none"
    yield counting
    controller.stop()


@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.prove(part="rest"))])
def test_so_many_notices_are_so_many_mails(service, relay, count):
    relay.expected = count
    desk = Desk(service("notification", MAIL_URL=relay.url, MAIL_FROM="layanan@bkpsdm.example"))
    senders = [
        loop for loop in desk.service.runtime.loops if loop.name.startswith(("email", "claims"))
    ]
    desk.meet_everybody()
    desk.rules(
        *(a_rule(name=f"moved_{n}", channels=("in_app", "email")) for n in range(1, RULES + 1))
    )
    desk.hear(*(an_event(version=n) for n in range(1, count // RULES + 1)))
    desk.service.runtime.loops[:] = senders
    worker = Worker(desk.app)
    worker.start()
    arrived = relay.full.wait(300)
    assert worker.stop(timeout=60)

    assert arrived
    assert len(relay.mails) == count
    assert relay.mails.total() == count, "no mail came twice"
    assert {delivery.state for delivery in desk.deliveries} == {"sent"}
