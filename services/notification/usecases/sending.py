"""Writes down how tries to send ended, and what follows.

A sender's process renews its claims while a provider works. A claim that ran out means that the
process died; each try under it is booked as lost, and the rules of `attempts` say what follows.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from chassis.data.claims import from_now
from chassis.data.versioned import count_changed
from chassis.kernel.text import shown_line
from chassis.process.clock import now
from chassis.process.regions import all_regions
from chassis.process.runtime import here
from chassis.process.telemetry import counter, log
from services.notification.adapters.registry import installed
from services.notification.domain.attempts import LOST, Ending, Outcome, Pace, Step, next_step
from services.notification.domain.deliveries import (
    FAILED,
    NO_ADDRESS,
    PENDING,
    SENDING,
    SENT,
    columns_of,
)
from services.notification.models import Attempt, Delivery, db
from services.notification.usecases.taking import Job, claim_ends, claim_lasts, in_state, topic_of
from services.notification.usecases.unreached import learn_arrivals, learn_failure

TRIES = counter("notice_attempts", "Tries to send a notice, by how they ended", "channel", "ending")
# What was written so long after now, a clock wrote that ran ahead: nobody waits for that time.
SKEW = timedelta(minutes=1)
_LOOK = 100
_UNSYNCHRONISED = {"synchronize_session": False}


@dataclass(frozen=True)
class Ended:
    """How a try ended, and what follows where the rules have no say."""

    job: Job
    outcome: Outcome
    instead: Step | None = None

    @property
    def is_sent(self) -> bool:
        return self.instead is None and self.outcome.ending is Ending.ACCEPTED


def finish(*ended: Ended) -> None:
    """Write down how tries by one channel ended and what follows, all or none of it."""
    sent = [one for one in ended if one.is_sent]
    with all_regions(), db.transaction() as session:
        if sent:
            _book_sent(session, sent)
        for one in ended:
            if not one.is_sent:
                _book(session, one)
    for one in ended:
        TRIES.labels(one.job.channel, str(one.outcome.ending)).inc()


def _book_sent(session: Session, ended: Sequence[Ended]) -> None:
    """What a provider only took has not arrived yet, where it says so later."""
    channel = ended[0].job.channel
    closed = [{"id": one.job.attempt_id, **_closed(one.outcome)} for one in ended]
    session.execute(update(Attempt), closed)
    by_claim = defaultdict(list)
    for one in ended:
        by_claim[one.job.claim].append(one.job)
    told = {person for jobs in by_claim.values() for person in _told(session, jobs)}
    if told and not installed()[channel].confirms:
        learn_arrivals(session, told, channel=channel)


def _told(session: Session, jobs: Sequence[Job]) -> set[UUID]:
    """Write "sent" of what is still under the claim of these jobs; return who was told."""
    claimed = (
        update(Delivery)
        .where(Delivery.id.in_([job.delivery_id for job in jobs]))
        .where(Delivery.claim == jobs[0].claim, Delivery.state == SENDING)
        .values(columns_of(Step(SENT), now()))
        .returning(Delivery.id)
    )
    written = set(session.scalars(claimed, execution_options=_UNSYNCHRONISED))
    for job in jobs:
        if job.delivery_id not in written:
            _tell_lost(job)
    return {job.recipient_id for job in jobs if job.delivery_id in written}


def _tell_lost(job: Job) -> None:
    log.warning("delivery_claim_lost", delivery_id=str(job.delivery_id))


def _book(session: Session, ended: Ended) -> None:
    job, step = ended.job, ended.instead or _following(session, ended)
    session.execute(update(Attempt), [{"id": job.attempt_id, **_closed(ended.outcome)}])
    claimed = (
        update(Delivery)
        .where(Delivery.id == job.delivery_id, Delivery.claim == job.claim)
        .where(Delivery.state == SENDING)
        .execution_options(synchronize_session=False)
    )
    if count_changed(session, claimed.values(columns_of(step, now()))) != 1:
        _tell_lost(job)
        return
    if step.state == FAILED:
        told = {"region": job.region, "channel": job.channel, "reason": step.reason}
        learn_failure(session, job.recipient_id, **told)
    if step is NO_ADDRESS or step.state == FAILED:
        fall_back(session, session.get_one(Delivery, job.delivery_id))


def renew(claims: Collection[UUID]) -> None:
    """Keep deliveries whose provider has not answered yet from being taken for a dead sender's."""
    with all_regions(), db.transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.claim.in_(claims), Delivery.state == SENDING)
            .values(claimed_until=claim_ends())
            .execution_options(synchronize_session=False)
        )


def look_back(channel: str) -> bool:
    """Book as lost what dead senders had in hand, and have tried what a clock that ran ahead put
    off; True when there was any.
    """
    with all_regions():
        abandoned = db.session.scalars(_abandoned(channel)).all()
        put_off = db.session.scalars(_put_off(channel)).all()
        db.session.rollback()
        for delivery_id in abandoned:
            with db.transaction() as session:
                left = _abandoned_row(channel).where(Delivery.id == delivery_id)
                if delivery := session.scalar(left):
                    _book_as_lost(session, delivery)
        if put_off:
            with db.transaction() as session:
                waiting = update(Delivery).where(
                    Delivery.id.in_(put_off), in_state(channel, PENDING)
                )
                session.execute(waiting.values(due_at=now()), execution_options=_UNSYNCHRONISED)
    return bool(abandoned or put_off)


@cache
def _abandoned(channel: str) -> Select[UUID]:
    return select(Delivery.id).where(_is_abandoned(channel)).limit(_LOOK)


@cache
def _abandoned_row(channel: str) -> Select[Delivery]:
    row = select(Delivery).where(_is_abandoned(channel)).with_for_update(skip_locked=True)
    return row.execution_options(populate_existing=True)


def _is_abandoned(channel: str) -> Any:
    latest = from_now(lambda: 2 * claim_lasts())
    is_over = or_(Delivery.claimed_until < from_now(), Delivery.claimed_until > latest)
    return and_(in_state(channel, SENDING), is_over)


@cache
def _put_off(channel: str) -> Select[UUID]:
    """Find what a clock that ran ahead said when the next try, or the first, is due."""
    ahead = from_now(lambda: SKEW)
    tried_then = exists(
        select(Attempt.id).where(
            Attempt.region == Delivery.region,
            Attempt.delivery_id == Delivery.id,
            Attempt.ended_at > ahead,
        )
    )
    put_off = or_(and_(Delivery.attempts == 0, Delivery.due_at > ahead), tried_then)
    later = and_(in_state(channel, PENDING), Delivery.due_at > from_now())
    return select(Delivery.id).where(later, put_off).limit(_LOOK)


def _book_as_lost(session: Session, delivery: Delivery) -> None:
    number, channel = delivery.attempts, delivery.channel
    earlier = _endings(session, delivery.region, delivery.id, before=number)
    session.execute(
        update(Attempt)
        .where(Attempt.region == delivery.region, Attempt.delivery_id == delivery.id)
        .where(Attempt.number == number)
        .values(_closed(LOST))
        .execution_options(synchronize_session=False)
    )
    step = next_step(LOST, earlier=earlier, pace=_pace(channel), now=now())
    for name, value in columns_of(step, now()).items():
        setattr(delivery, name, value)
    TRIES.labels(channel, str(Ending.LOST)).inc()
    log.warning("sender_died", delivery_id=str(delivery.id), attempt=number)


def _following(session: Session, ended: Ended) -> Step:
    job = ended.job
    earlier: Sequence[Ending] = ()
    if job.number > 1:
        earlier = _endings(session, job.region, job.delivery_id, before=job.number)
    return next_step(ended.outcome, earlier=earlier, pace=_pace(job.channel), now=now())


def _endings(session: Session, region: str, delivery_id: UUID, *, before: int) -> list[Ending]:
    rows = session.scalars(
        select(Attempt.ending)
        .where(Attempt.region == region, Attempt.delivery_id == delivery_id)
        .where(Attempt.number < before)
        .order_by(Attempt.number)
    )
    return [Ending(ending) for ending in rows if ending]


def _closed(outcome: Outcome) -> dict[str, Any]:
    return {
        "ended_at": now(),
        "ending": str(outcome.ending),
        "detail": shown_line(outcome.detail)[:200],
        "reference": shown_line(outcome.reference or "")[:120] or None,
    }


def _pace(channel: str) -> Pace:
    return Pace(installed()[channel].waits, confirms=installed()[channel].confirms)


def fall_back(session: Session, delivery: Delivery) -> None:
    """Send what cannot arrive by its channel's fallback, unless the rule sends that anyway."""
    instead = installed()[delivery.channel].fallback
    if instead is None:
        return
    of_notice = select(Delivery.id).where(
        Delivery.region == delivery.region, Delivery.notice_id == delivery.notice_id
    )
    if session.scalar(of_notice.where(Delivery.channel == instead)) is None:
        told = {"notice_id": delivery.notice_id, "region": delivery.region}
        session.add(Delivery(channel=instead, reason="fallback", **told))
        here().wake_at_commit(topic_of(instead))
