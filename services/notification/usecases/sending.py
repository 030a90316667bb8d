"""Takes a due delivery under a claim, and writes down how the try ended.

Between the two nothing of the database is held: the provider may take minutes. The sender's
process renews its claims meanwhile. A claim that ran out means the process died; the try is then
booked as lost and the rules of `attempts` say what follows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from chassis.data.claims import from_now, seconds_until
from chassis.data.versioned import count_changed
from chassis.kernel.text import shown_line
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions, in_region
from chassis.process.runtime import here
from chassis.process.telemetry import counter, log
from services.notification.adapters.registry import installed
from services.notification.domain.attempts import LOST, Ending, Outcome, Pace, Step, next_step
from services.notification.domain.wishes import is_wanted
from services.notification.models import (
    Attempt,
    ChannelPreference,
    Contact,
    Delivery,
    Notice,
    Preference,
    db,
)
from services.notification.usecases.reaching import Reach, reach_in
from services.notification.usecases.unreached import learn_arrival, learn_failure
from services.notification.usecases.unsealing import Letter, letter_of, rule_named

PENDING, SENDING, SENT = "pending", "sending", "sent"
FAILED, SKIPPED = "failed", "skipped"
TRIES = counter("notice_attempts", "Tries to send a notice, by how they ended", "channel", "ending")
NO_ADDRESS = Step(SKIPPED, reason="no_address")
TOO_LATE = Step(SKIPPED, reason="letter_gone")
SWITCHED_OFF = Step(SKIPPED, reason="switched_off")
# What was written so long after now, a clock wrote that ran ahead: nobody waits for that time.
SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Job:
    """A delivery in one sender's hands, with all it needs so that the database can be let go."""

    delivery_id: UUID
    claim: UUID
    number: int
    channel: str
    region: str
    notice_id: UUID
    recipient_id: UUID
    texts: Mapping[str, Mapping[str, str]]
    sender: str
    language: str | None
    reached: Reach | None = None
    sealed: Letter | None = None


@dataclass(frozen=True)
class Taken:
    """Something was due. Without a job it was settled without sending."""

    job: Job | None


def take(channel: str) -> Taken | None:
    """Claim the delivery that has been due longest; None when nothing is due.

    Of several senders one gets it: the claim is written before anything is sent. Where more is
    due, one more of the channel's senders is woken.
    """
    with all_regions():
        waiting = db.session.scalars(_any_of(channel)).all()
        db.session.rollback()
        if not waiting:
            return None
        if len(waiting) > 1:
            here().wake(topic_of(channel))
        with db.transaction() as session:
            row = session.execute(_first_of(channel)).one_or_none()
            return None if row is None else _taken(session, *row)


@cache
def _any_of(channel: str) -> Select[Any]:
    return select(Delivery.id).where(_due(channel)).limit(2)


@cache
def _first_of(
    channel: str,
) -> Select[Delivery, Notice, Preference, ChannelPreference, Contact]:
    """Find a delivery and what its sender must know: notice, wishes, contact."""
    of_channel = and_(
        ChannelPreference.person_id == Notice.recipient_id,
        ChannelPreference.channel == Delivery.channel,
    )
    of_person = and_(Contact.employee_id == Notice.recipient_id, Contact.region == Notice.region)
    return (
        select(Delivery, Notice, Preference, ChannelPreference, Contact)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Preference, Preference.person_id == Notice.recipient_id)
        .outerjoin(ChannelPreference, of_channel)
        .outerjoin(Contact, of_person)
        .where(_due(channel))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    )


def seconds_until_due(channel: str) -> float:
    """Tell when `take` will find something; infinity while nothing waits."""
    with all_regions():
        return seconds_until(db, _next_of(channel))


@cache
def _next_of(channel: str) -> Select[Any]:
    instant = case((Delivery.state == PENDING, Delivery.due_at), else_=Delivery.claimed_until)
    waiting = Delivery.state.in_((PENDING, SENDING))
    return select(func.min(instant)).where(Delivery.channel == channel, waiting)


def topic_of(channel: str) -> str:
    """Name what wakes a channel's senders."""
    return f"deliveries-{channel}"


def finish(job: Job, outcome: Outcome, *, instead: Step | None = None) -> None:
    """Write down how a try ended and what follows (`instead`, when the rules have no say)."""
    with in_region(job.region), db.transaction() as session:
        step = instead or _following(session, job, outcome)
        _close_attempt(session, job.delivery_id, job.number, outcome)
        claimed = (
            update(Delivery)
            .where(Delivery.id == job.delivery_id, Delivery.claim == job.claim)
            .where(Delivery.state == SENDING)
            .execution_options(synchronize_session=False)
        )
        if count_changed(session, claimed.values(_state(step))) != 1:
            log.warning("delivery_claim_lost", delivery_id=str(job.delivery_id))
        else:
            _learn(session, job, step)
            if step is NO_ADDRESS or step.state == FAILED:
                fall_back(session, session.get_one(Delivery, job.delivery_id))
    TRIES.labels(job.channel, str(outcome.ending)).inc()


def _learn(session: Session, job: Job, step: Step) -> None:
    """What a provider only took has not arrived yet, where it says so later."""
    if step.state == FAILED:
        told = {"region": job.region, "channel": job.channel, "reason": step.reason}
        learn_failure(session, job.recipient_id, **told)
    elif step.state == SENT and not installed()[job.channel].confirms:
        learn_arrival(session, job.recipient_id, channel=job.channel)


def renew(claims: Collection[UUID]) -> None:
    """Keep deliveries whose provider has not answered yet from being taken for a dead sender's."""
    with all_regions(), db.transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.claim.in_(claims), Delivery.state == SENDING)
            .values(claimed_until=_claim_ends())
            .execution_options(synchronize_session=False)
        )


def _claim_ends() -> datetime:
    return now() + _claim_lasts()


def _claim_lasts() -> timedelta:
    seconds: float = here().settings["SEND_CLAIM"]
    return timedelta(seconds=seconds)


def _due(channel: str) -> ColumnElement[bool]:
    at, latest = from_now(), from_now(lambda: 2 * _claim_lasts())
    abandoned = or_(Delivery.claimed_until < at, Delivery.claimed_until > latest)
    return and_(
        Delivery.channel == channel,
        or_(
            and_(Delivery.state == PENDING, or_(Delivery.due_at <= at, _set_ahead())),
            and_(Delivery.state == SENDING, abandoned),
        ),
    )


def _set_ahead() -> ColumnElement[bool]:
    """Tell whether a clock that ran ahead said when the next try, or the first, is due."""
    ahead = from_now(lambda: SKEW)
    tried_then = exists(
        select(Attempt.id).where(
            Attempt.region == Delivery.region,
            Attempt.delivery_id == Delivery.id,
            Attempt.ended_at > ahead,
        )
    )
    return or_(and_(Delivery.attempts == 0, Delivery.due_at > ahead), tried_then)


def _taken(
    session: Session,
    delivery: Delivery,
    notice: Notice,
    preference: Preference | None,
    wish: ChannelPreference | None,
    contact: Contact | None,
) -> Taken:
    if delivery.state == SENDING:
        _book_as_lost(session, delivery)
        return Taken(None)
    rule = rule_named(notice.service, notice.rule)
    may_switch_off = rule is None or not rule.compulsory
    if may_switch_off and not _is_wanted(delivery.channel, preference, wish):
        _apply(delivery, SWITCHED_OFF)
        return Taken(None)
    claim = uuid7()
    delivery.state, delivery.claim = SENDING, claim
    delivery.claimed_until = _claim_ends()
    delivery.attempts += 1
    session.add(Attempt(delivery_id=delivery.id, number=delivery.attempts, region=delivery.region))
    return Taken(_job(delivery, notice, claim, preference, contact))


def _is_wanted(channel: str, column: Preference | None, row: ChannelPreference | None) -> bool:
    return is_wanted(row.wish if row else None, column.wish(channel) if column else None)


def _job(
    delivery: Delivery,
    notice: Notice,
    claim: UUID,
    preference: Preference | None,
    contact: Contact | None,
) -> Job:
    return Job(
        delivery_id=delivery.id,
        claim=claim,
        number=delivery.attempts,
        channel=delivery.channel,
        region=delivery.region,
        notice_id=notice.id,
        recipient_id=notice.recipient_id,
        texts=notice.texts,
        sender=notice.sender,
        language=preference.language if preference else None,
        reached=reach_in(contact),
        sealed=letter_of(notice),
    )


def _book_as_lost(session: Session, delivery: Delivery) -> None:
    number = delivery.attempts
    earlier = _endings(session, delivery.id, before=number)
    _close_attempt(session, delivery.id, number, LOST)
    _apply(delivery, next_step(LOST, earlier=earlier, pace=_pace(delivery.channel), now=now()))
    TRIES.labels(delivery.channel, str(Ending.LOST)).inc()
    log.warning("sender_died", delivery_id=str(delivery.id), attempt=number)


def _following(session: Session, job: Job, outcome: Outcome) -> Step:
    earlier = _endings(session, job.delivery_id, before=job.number) if job.number > 1 else ()
    return next_step(outcome, earlier=earlier, pace=_pace(job.channel), now=now())


def _endings(session: Session, delivery_id: UUID, *, before: int) -> list[Ending]:
    rows = session.scalars(
        select(Attempt.ending)
        .where(Attempt.delivery_id == delivery_id, Attempt.number < before)
        .order_by(Attempt.number)
    )
    return [Ending(ending) for ending in rows if ending]


def _close_attempt(session: Session, delivery_id: UUID, number: int, outcome: Outcome) -> None:
    session.execute(
        update(Attempt)
        .where(Attempt.delivery_id == delivery_id, Attempt.number == number)
        .values(
            ended_at=now(),
            ending=str(outcome.ending),
            detail=shown_line(outcome.detail)[:200],
            reference=shown_line(outcome.reference or "")[:120] or None,
        )
        .execution_options(synchronize_session=False)
    )


def _state(step: Step) -> dict[str, Any]:
    values = {"state": step.state, "reason": step.reason, "claim": None, "claimed_until": None}
    if step.state == PENDING:
        return {**values, "due_at": step.due}
    return {**values, "finished_at": now()}


def _apply(delivery: Delivery, step: Step) -> None:
    for name, value in _state(step).items():
        setattr(delivery, name, value)


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
