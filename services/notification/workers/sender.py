"""Sends what is due, one message at a time per loop; several loops share a channel.

A loop that hangs on a slow provider holds a thread and nothing else: no database connection, no
request, no other channel. One more loop renews the claims of all that are in hand.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
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
from services.notification.domain.rendering import SEALED, Text
from services.notification.usecases.reaching import Reach, reach
from services.notification.usecases.sending import (
    NO_ADDRESS,
    TOO_LATE,
    Job,
    finish,
    renew,
    seconds_until_due,
    take,
    topic_of,
)
from services.notification.usecases.unsealing import Opened, opened

LEAST_PAUSE = 1.0


@dataclass(frozen=True)
class Ended:
    """How a try ended, until it is written down; nobody but this process knows it."""

    job: Job
    outcome: Outcome
    instead: Step | None = None


@dataclass(frozen=True)
class InHand:
    """What this process has under way: claims whose messages are on their way, and endings that
    the database could not take yet.
    """

    claims: set[UUID] = field(default_factory=set)
    unwritten: deque[Ended] = field(default_factory=deque)

    @contextmanager
    def kept(self, job: Job) -> Iterator[None]:
        self.claims.add(job.claim)
        try:
            yield
        finally:
            self.claims.discard(job.claim)

    def renew(self) -> bool:
        """Say of every message in hand that its sender lives; False, for use as a loop."""
        if claims := self.claims | {ended.job.claim for ended in list(self.unwritten)}:
            renew(claims)
        return False


@dataclass(frozen=True)
class Sender:
    channel: Channel
    provider: Provider
    in_hand: InHand = field(default_factory=InHand)

    def run(self) -> bool:
        """Send one due message; True when something was due."""
        self._write_down()
        taken = take(self.channel.name)
        if taken is None:
            return False
        if taken.job is not None:
            with self.in_hand.kept(taken.job):
                self._send(taken.job)
        return True

    def _send(self, job: Job) -> None:
        failpoint("sender.after_claim")
        try:
            reached = job.reached or reach(job.recipient_id, region=job.region)
            letter = opened(job.sealed) if job.sealed else None
        except PeerUnavailable as error:
            self._finish(job, temporary(f"{error.params['peer']} does not answer, nothing is sent"))
            return
        if job.sealed and letter is None:
            self._end(job, permanent("what it was to say has expired or was used"), TOO_LATE)
            return
        address = self._address(reached, letter)
        if not address and self.channel.address is not Address.NONE:
            self._end(job, permanent("the person has no address on this channel"), NO_ADDRESS)
            return
        outcome = self._try(job, self._message(job, address or "", reached, letter))
        failpoint("sender.after_send")
        self._finish(job, outcome)

    def _end(self, job: Job, outcome: Outcome, instead: Step) -> None:
        self.in_hand.unwritten.append(Ended(job, outcome, instead))
        self._write_down()

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

    def _write_down(self) -> None:
        """Write what waits. A database that is away gets it later, so no copy is sent for that."""
        while (ended := self._oldest()) is not None:
            try:
                finish(ended.job, ended.outcome, instead=ended.instead)
            except Exception as error:
                if is_outage(error):
                    self.in_hand.unwritten.append(ended)
                raise

    def _oldest(self) -> Ended | None:
        with suppress(IndexError):  # another loop of this sender may take the last one
            return self.in_hand.unwritten.popleft()
        return None

    def _finish(self, job: Job, outcome: Outcome) -> None:
        self.in_hand.unwritten.append(Ended(job, outcome))
        self._write_down()
        log.info(
            "notice_attempted",
            notice_id=str(job.notice_id),
            channel=job.channel,
            attempt=job.number,
            ending=str(outcome.ending),
        )


def loops(channel: Channel, provider: Provider, in_hand: InHand) -> list[Loop]:
    """Return the loops that send by one channel."""
    run = Sender(channel, provider, in_hand).run
    due, topic = partial(seconds_until_due, channel.name), topic_of(channel.name)
    wake = SharedWake()
    return [
        Loop(f"{channel.name}-{n}", run, every=LEAST_PAUSE, due=due, topic=topic, wake=wake)
        for n in range(1, channel.threads + 1)
    ]
