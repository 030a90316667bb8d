"""What a provider tells later: a message arrived after all, or did not.

Status messages come in any order and more than once, so what is known only ever grows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.process.regions import all_regions
from services.notification.domain.confirmations import ARRIVED, FAILED, is_news
from services.notification.models import Delivery, Notice, db
from services.notification.usecases.sending import fall_back
from services.notification.usecases.unreached import learn_arrivals, learn_failure


def confirm(notice_id: UUID, status: str, *, channel: str, now: datetime) -> bool:
    """Book a provider's word on a notice; False when it has no delivery by this channel.

    Word that it went out ends the wait after a doubtful try, so no second copy is sent. Word that
    it failed undoes "sent" and the channel's fallback takes it. `status` is one of `KNOWN`.
    """
    with all_regions(), db.transaction() as session:
        notice = session.get(Notice, notice_id)
        if notice is None:
            return False
        delivery = session.scalar(
            select(Delivery)
            .where(
                Delivery.region == notice.region,
                Delivery.notice_id == notice_id,
                Delivery.channel == channel,
            )
            .with_for_update()
        )
        if delivery is None:
            return False
        if status == FAILED:
            _failed(session, delivery, now)
        elif is_news(status, known=delivery.confirmed):
            _went_out(delivery, status, now)
            if status in ARRIVED:
                learn_arrivals(session, [notice.recipient_id], channel=channel)
    return True


def _failed(session: Session, delivery: Delivery, now: datetime) -> None:
    if delivery.state != "sent" or delivery.confirmed in ARRIVED:
        return
    delivery.state, delivery.reason, delivery.finished_at = "failed", "not_delivered", now
    notice = session.get_one(Notice, delivery.notice_id)
    told = {"region": notice.region, "channel": delivery.channel, "reason": delivery.reason}
    learn_failure(session, notice.recipient_id, **told)
    fall_back(session, delivery)


def _went_out(delivery: Delivery, status: str, now: datetime) -> None:
    delivery.confirmed = status
    waiting = delivery.state == "pending" and delivery.attempts > 0
    doubted = delivery.state == "failed" and delivery.reason == "uncertain"
    if waiting or doubted:
        delivery.state, delivery.reason, delivery.finished_at = "sent", "", now
