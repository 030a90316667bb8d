"""Takes due deliveries under a claim, with all that their sender needs, so that the database can
be let go of: a provider may take minutes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import inf
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from chassis.data.claims import from_now
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions
from chassis.process.runtime import here
from services.notification.domain.deliveries import PENDING, SENDING, SWITCHED_OFF, columns_of
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
from services.notification.usecases.unsealing import Letter, letter_of, rule_named

_UNSYNCHRONISED = {"synchronize_session": False}


@dataclass(frozen=True)
class Job:
    """A delivery in one sender's hands, with all it needs."""

    delivery_id: UUID
    attempt_id: UUID
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
    """What was taken, none where all that was due is not to be sent; and whether more is due."""

    jobs: Sequence[Job]
    more: bool = False


def take(channel: str, most: int = 1) -> Taken | None:
    """Claim the deliveries that have been due longest; None when nothing is due.

    Of several senders one gets each: the claim is written before anything is sent.
    """
    with all_regions(), db.transaction() as session:
        found = session.execute(_due(channel).limit(most + 1)).all()
        due, more = found[:most], len(found) > most
        if not due:
            return None
        unwanted = {row.delivery_id for row in due if not _is_to_be_sent(row, channel)}
        if unwanted:
            _change(session, unwanted, columns_of(SWITCHED_OFF, now()))
        claim = uuid7()
        jobs = [_job(row, channel, claim) for row in due if row.delivery_id not in unwanted]
        if jobs:
            _claim(session, claim, jobs)
    return Taken(jobs, more)


def give_back(jobs: Sequence[Job]) -> None:
    """Have others send what was taken and not begun."""
    given = {"state": PENDING, "claim": None, "claimed_until": None}
    with all_regions(), db.transaction() as session:
        ours = (
            update(Delivery)
            .where(Delivery.id.in_([job.delivery_id for job in jobs]))
            .where(Delivery.claim.in_([job.claim for job in jobs]), Delivery.state == SENDING)
            .values({**given, "attempts": Delivery.attempts - 1})
            .returning(Delivery.id)
        )
        back = set(session.scalars(ours, execution_options=_UNSYNCHRONISED))
        never = [job.attempt_id for job in jobs if job.delivery_id in back]
        session.execute(
            delete(Attempt).where(Attempt.id.in_(never)), execution_options=_UNSYNCHRONISED
        )
        for topic in {topic_of(job.channel) for job in jobs}:
            here().wake_at_commit(topic)


def seconds_until_due(channel: str) -> float:
    """Tell when there is something to take, or a claim runs out; infinity while nothing waits."""
    with all_regions():
        instants = [instant for instant in db.session.execute(_next_of(channel)).one() if instant]
        db.session.rollback()
    return (min(instants) - now()).total_seconds() if instants else inf


def topic_of(channel: str) -> str:
    """Name what wakes a channel's senders."""
    return f"deliveries-{channel}"


def claim_ends() -> datetime:
    """Return until when a claim is good that is taken or renewed now."""
    return now() + claim_lasts()


def claim_lasts() -> timedelta:
    seconds: float = here().settings["SEND_CLAIM"]
    return timedelta(seconds=seconds)


def in_state(channel: str, state: str) -> ColumnElement[bool]:
    return and_(Delivery.channel == channel, Delivery.state == state)


@cache
def _due(channel: str) -> Select[Any]:
    """Find what is due, the oldest first, with what its sender must know: wishes and contact."""
    of_channel = and_(
        ChannelPreference.person_id == Notice.recipient_id,
        ChannelPreference.channel == Delivery.channel,
    )
    of_person = and_(Contact.employee_id == Notice.recipient_id, Contact.region == Notice.region)
    delivery = (Delivery.id.label("delivery_id"), Delivery.region, Delivery.attempts)
    notice = (Notice.service, Notice.rule, Notice.subject, Notice.recipient_id)
    text = (Notice.id.label("notice_id"), Notice.texts, Notice.sender)
    return (
        select(*delivery, *notice, *text, Preference, ChannelPreference, Contact)
        .select_from(Delivery)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Preference, Preference.person_id == Notice.recipient_id)
        .outerjoin(ChannelPreference, of_channel)
        .outerjoin(Contact, of_person)
        .where(in_state(channel, PENDING), Delivery.due_at <= from_now())
        .order_by(Delivery.due_at, Delivery.id)
        .with_for_update(skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    )


@cache
def _next_of(channel: str) -> Select[Any]:
    due = _first(Delivery.due_at, in_state(channel, PENDING))
    return select(due, _first(Delivery.claimed_until, in_state(channel, SENDING)))


def _first(instant: Any, among: ColumnElement[bool]) -> Any:
    """Say the first of some instants by an index, where it leads to one."""
    return select(instant).where(among).order_by(instant).limit(1).scalar_subquery()


def _is_to_be_sent(row: Row[Any], channel: str) -> bool:
    rule = rule_named(row.service, row.rule)
    if rule is not None and rule.compulsory:
        return True
    column, own = row.Preference, row.ChannelPreference
    return is_wanted(own.wish if own else None, column.wish(channel) if column else None)


def _claim(session: Session, claim: UUID, jobs: Sequence[Job]) -> None:
    values = {"state": SENDING, "claim": claim, "claimed_until": claim_ends()}
    taken = [job.delivery_id for job in jobs]
    _change(session, taken, {**values, "attempts": Delivery.attempts + 1})
    begun = [
        {
            "id": job.attempt_id,
            "delivery_id": job.delivery_id,
            "number": job.number,
            "region": job.region,
        }
        for job in jobs
    ]
    session.execute(insert(Attempt), begun)


def _change(session: Session, ids: Collection[UUID], values: Mapping[str, Any]) -> None:
    changed = update(Delivery).where(Delivery.id.in_(ids)).values(values)
    session.execute(changed, execution_options=_UNSYNCHRONISED)


def _job(row: Row[Any], channel: str, claim: UUID) -> Job:
    return Job(
        delivery_id=row.delivery_id,
        attempt_id=uuid7(),
        claim=claim,
        number=row.attempts + 1,
        channel=channel,
        region=row.region,
        notice_id=row.notice_id,
        recipient_id=row.recipient_id,
        texts=row.texts,
        sender=row.sender,
        language=row.Preference.language if row.Preference else None,
        reached=reach_in(row.Contact),
        sealed=letter_of(row.service, row.rule, row.subject),
    )
