"""A mail relay that hangs after DATA holds one sender's thread and nothing else."""

import socket
import threading
from contextlib import suppress

import pytest

from chassis.run.worker import Worker
from tests.notification.desk import APPLICANT, Desk, a_rule, an_event


class HangingRelay:
    """Takes mails and never answers after the final dot."""

    def __init__(self):
        self.taken = threading.Semaphore(0)
        self.stop = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.stop.set()
        self._server.close()

    def _serve(self):
        with suppress(OSError):
            while True:
                connection, _address = self._server.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection, suppress(OSError):
            connection.sendall(b"220 hello\r\n")
            lines = connection.makefile("rb")
            for line in lines:
                data = line.startswith(b"DATA")
                connection.sendall(b"354 go\r\n" if data else b"250 OK\r\n")
                if data:
                    break
            while lines.readline() not in {b".\r\n", b""}:
                pass
            self.taken.release()
            self.stop.wait(30)


@pytest.fixture
def relay():
    one = HangingRelay()
    yield one
    one.close()


def test_requests_and_the_other_channel_go_on_while_every_mail_sender_hangs(service, relay):
    url = f"smtp://127.0.0.1:{relay.port}?tls=none"
    desk = Desk(service("notification", MAIL_URL=url, MAIL_FROM="layanan@bkpsdm.example"))
    loops = [
        loop for loop in desk.service.runtime.loops if loop.name.startswith(("email", "whats"))
    ]
    desk.meet_everybody()
    desk.rules(a_rule(channels=("in_app", "email", "whatsapp")))
    desk.hear(*(an_event(version=n) for n in range(1, 9)))
    desk.service.runtime.loops[:] = loops
    worker = Worker(desk.app)
    worker.start()
    try:
        for _ in range(4):
            assert relay.taken.acquire(timeout=20), "each mail sender has handed one mail over"
        with desk.app.app_context():
            held_by_mail = desk.db.engine.pool.checkedout()
        answers = [ask(desk).status_code for _ in range(20)]
        for _ in range(200):
            sent = [delivery for delivery in desk.deliveries if delivery.channel == "whatsapp"]
            if all(delivery.state == "sent" for delivery in sent):
                break
            relay.stop.wait(0.05)
    finally:
        relay.stop.set()
        worker.stop(timeout=5)

    assert answers == [200] * 20
    assert {delivery.state for delivery in sent} == {"sent"}
    assert held_by_mail <= 2, "only the WhatsApp senders may be at the database"


def ask(desk):
    token = desk.service.person(APPLICANT, "notification")
    return desk.service.call("GET", "/api/notification/v1/notices", token=token)
