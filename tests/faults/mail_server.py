"""A mail server that remembers what it took, and can take a mail without saying so."""

import asyncio
import email
import email.policy
import threading
from collections import Counter

from aiosmtpd.controller import Controller

from ops.engines.process import free_port

TAKE = "250 OK"
LATER = "451 try later"
HANG = "hang"  # takes the mail, says nothing until told otherwise
CLOSE = "close"  # takes the mail, closes without an answer


class MailServer:
    """`answer` is what follows a mail's final dot: a reply, HANG or CLOSE."""

    def __init__(self):
        self.answer = TAKE
        self.copies = Counter()  # taken, by Message-ID
        self.subjects = {}
        self.hanging = 0
        self._lock = threading.Lock()
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self):
        self.answer = TAKE
        self._controller.stop()

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        answer = self.answer
        if answer == LATER:
            return answer
        self._keep(envelope)
        if answer == CLOSE:
            server.transport.close()
        if answer == HANG:
            await self._hang()
        return TAKE

    async def _hang(self):
        self.hanging += 1
        while self.answer == HANG:  # noqa: ASYNC110 - another thread says when it is over
            await asyncio.sleep(0.05)
        self.hanging -= 1

    def _keep(self, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self.copies[mail["Message-ID"]] += 1
            self.subjects[mail["Message-ID"]] = str(mail["Subject"])
