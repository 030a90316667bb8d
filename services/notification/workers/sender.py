"""Sends what is due: several loops share a channel, each with one message on its way.

What goes quickly is taken several at a time. A loop that hangs on a slow provider holds a thread
and nothing else: no database connection, no request, no other channel, and none of what was taken
with its message, which the other loops send. One more loop renews the claims of all that are in
hand.
"""

import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import Any
from uuid import UUID

from chassis.http.peers import PeerUnavailable
from chassis.http.problems import is_outage
from chassis.kernel.languages import DEFAULT_LANGUAGE
from chassis.process.failpoints import failpoint
from chassis.process.loops import SharedWake
from chassis.process.runtime import here
from chassis.process.telemetry import log
from chassis.run.worker import Loop
from services.notification.adapters.channels import Address, Channel, Message, Provider
from services.notification.domain.attempts import Outcome, Step, permanent, temporary, uncertain
from services.notification.domain.deliveries import NO_ADDRESS, TOO_LATE
from services.notification.domain.rendering import SEALED, Text
from services.notification.usecases.reaching import Reach, reach
from services.notification.usecases.sending import Ended, finish, look_back, renew
from services.notification.usecases.taking import (
    Job,
    give_back,
    seconds_until_due,
    take,
    topic_of,
)
from services.notification.usecases.unsealing import Opened, opened

LEAST_PAUSE = 1.0
# So many are taken at once at most: what a death leaves in doubt, and delays until its claims end.
BATCH = 10
# Seconds. After a slower message they are taken one by one; no ending waits longer for the others.
QUICK = 0.5
_LOOK_BACK_EVERY = 20.0
_KEPT_UNUSED = 5.0


@dataclass(frozen=True)
class InHand:
    """The claims of all that this process took, until it is written down how each ended."""

    claims: dict[UUID, UUID] = field(default_factory=dict)  # by the try

    def renew(self) -> bool:
        """Say of every message in hand that its sender lives; False, for use as a loop."""
        if claims := list(self.claims.values()):
            renew(claims)
        return False


@dataclass
class Sender:
    """What sends by one channel, for all the loops of this process that do."""

    channel: Channel
    provider: Provider
    in_hand: InHand = field(default_factory=InHand)
    _taken: deque[Job] = field(default_factory=deque, init=False)
    _unwritten: deque[Ended] = field(default_factory=deque, init=False)
    _most: int = field(default=1, init=False)
    _more: bool = field(default=False, init=False)  # was due than was taken
    _taking: threading.Lock = field(default_factory=threading.Lock, init=False)
    _unwritten_since: float = field(default=0.0, init=False)
    _looked_back_at: float = field(default=-inf, init=False)

    def run(self) -> bool:
        """Send one due message; True when something was due."""
        if not self._taken:
            self._write_down()
        found = self._look_back()
        job = self._next()
        if job is None:
            self._disconnect(unused_for=_KEPT_UNUSED)
            return found
        began = time.monotonic()
        self._send_in_hand(job)
        is_slow = time.monotonic() - began > QUICK
        if is_slow:
            self._most = 1
        if is_slow or not self._taken or time.monotonic() - self._unwritten_since > QUICK:
            self._write_down()
        return True

    def due(self) -> float:
        """Return in how many seconds there is something to do."""
        at_once = self._taken or self._unwritten or self._more
        return 0.0 if at_once else seconds_until_due(self.channel.name)

    def stop(self) -> None:
        """Give back what was not begun, and write down the rest."""
        with self._taking:
            jobs = list(self._taken)
            self._taken.clear()
        if jobs:
            give_back(jobs)
            self._let_go(jobs)
        self._write_down()
        self._disconnect(unused_for=0.0)

    def _next(self) -> Job | None:
        """Take a message; where there are more, wake one more loop."""
        with self._taking:
            if not self._taken:
                self._take()
            job = self._taken.popleft() if self._taken else None
            if job and (self._taken or self._more):
                here().wake(topic_of(self.channel.name))
        return job

    def _take(self) -> None:
        """Take what is due, more each time while it goes quickly."""
        self._more = False
        while taken := take(self.channel.name, self._most):
            self._more = taken.more
            if taken.more:
                self._most = min(2 * self._most, BATCH)
            if taken.jobs:
                self.in_hand.claims.update({job.attempt_id: job.claim for job in taken.jobs})
                self._taken.extend(taken.jobs)
                return

    def _look_back(self) -> bool:
        """Now and then see to what dead senders left; True when there was something."""
        if time.monotonic() - self._looked_back_at < _LOOK_BACK_EVERY:
            return False
        self._looked_back_at = time.monotonic()
        return look_back(self.channel.name)

    def _disconnect(self, *, unused_for: float) -> None:
        if let_go := getattr(self.provider, "let_go", None):
            let_go(unused_for)

    def _send_in_hand(self, job: Job) -> None:
        """Send a message under its claim; what ends in a failure of ours, others take over."""
        try:
            self._send(job)
        except BaseException:
            self._let_go([job])
            raise

    def _send(self, job: Job) -> None:
        failpoint("sender.after_claim")
        try:
            reached = job.reached or reach(job.recipient_id, region=job.region)
            letter = opened(job.sealed) if job.sealed else None
        except PeerUnavailable as error:
            why = f"{error.params['peer']} does not answer, nothing is sent"
            self._ended(job, temporary(why))
            return
        if job.sealed and letter is None:
            gone = permanent("what it was to say has expired or was used")
            self._ended(job, gone, TOO_LATE)
            return
        address = self._address(reached, letter)
        if not address and self.channel.address is not Address.NONE:
            nowhere = permanent("the person has no address on this channel")
            self._ended(job, nowhere, NO_ADDRESS)
            return
        outcome = self._try(job, self._message(job, address or "", reached, letter))
        failpoint("sender.after_send")
        self._ended(job, outcome)

    def _address(self, reached: Reach, letter: Opened | None) -> str | None:
        """Return where it goes; a letter for one channel is for no other."""
        if letter is None or letter.channel is None:
            return reached.at(self.channel.address)
        return letter.address if letter.channel == self.channel.name else None

    def _message(self, job: Job, address: str, reached: Reach, letter: Opened | None) -> Message:
        preferred = job.language or reached.language or DEFAULT_LANGUAGE
        language = preferred if preferred in job.texts else DEFAULT_LANGUAGE
        text = self.channel.text.shape(Text(**job.texts[language]))
        return Message(
            id=job.notice_id,
            to=address,
            subject=text.subject,
            body=text.body.replace(SEALED, letter.secret) if letter else text.body,
            language=language,
            sender=job.sender,
            app_url=here().settings.public_url,
        )

    def _try(self, job: Job, message: Message) -> Outcome:
        try:
            outcome: Any = self.provider.send(message)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            # A provider must not raise. If one does, nobody knows how far it came.
            log.exception("channel_raised", channel=job.channel, delivery_id=str(job.delivery_id))
            return uncertain(f"the channel raised {type(error).__name__}")
        if isinstance(outcome, Outcome):
            return outcome
        return uncertain(f"the channel answered {type(outcome).__name__}")

    def _ended(self, job: Job, outcome: Outcome, instead: Step | None = None) -> None:
        if not self._unwritten:
            self._unwritten_since = time.monotonic()
        self._unwritten.append(Ended(job, outcome, instead))
        log.info(
            "notice_attempted",
            notice_id=str(job.notice_id),
            channel=job.channel,
            attempt=job.number,
            ending=str(outcome.ending),
        )

    def _write_down(self) -> None:
        """Write what waits, all together or each by itself where one cannot be written.

        A database that is away gets it later, so no copy is sent for that.
        """
        ended = self._unwritten_yet()
        if not ended:
            return
        try:
            self._finish(ended)
        except Exception as error:
            if len(ended) == 1 or is_outage(error):
                raise
            for one in ended:
                with suppress(Exception):
                    self._finish([one])
            raise

    def _finish(self, ended: list[Ended]) -> None:
        try:
            finish(*ended)
        except Exception as error:
            if is_outage(error):
                self._unwritten.extend(ended)
            elif len(ended) == 1:
                self._let_go([ended[0].job])
            raise
        self._let_go([one.job for one in ended])

    def _let_go(self, jobs: list[Job]) -> None:
        for job in jobs:
            self.in_hand.claims.pop(job.attempt_id, None)

    def _unwritten_yet(self) -> list[Ended]:
        ended: list[Ended] = []
        with suppress(IndexError):  # another loop of this sender may take the last one
            while True:
                ended.append(self._unwritten.popleft())
        return ended


def loops(channel: Channel, provider: Provider, in_hand: InHand) -> list[Loop]:
    """Return the loops that send by one channel."""
    sender, wake = Sender(channel, provider, in_hand), SharedWake()
    return [
        Loop(
            f"{channel.name}-{number}",
            sender.run,
            every=LEAST_PAUSE,
            due=sender.due,
            topic=topic_of(channel.name),
            stop=sender.stop,
            wake=wake,
        )
        for number in range(1, channel.threads + 1)
    ]
