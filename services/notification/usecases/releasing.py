"""An operator sends a failed delivery on its way once more, after mending what was wrong."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from chassis.data.versioned import count_changed
from chassis.kernel.errors import Refused
from chassis.process.runtime import here
from services.notification.models import Delivery, db
from services.notification.usecases.taking import topic_of


class NotFailed(Refused):
    """Only what failed for good can be tried again by hand."""

    code = "delivery_not_failed"
    text = {
        "id": "Hanya pengiriman yang gagal yang dapat dicoba lagi.",
        "en": "Only a failed delivery can be tried again.",
    }


def try_again(delivery_id: UUID, *, now: datetime) -> Delivery:
    """Put a failed delivery back to be sent; one more try, then its old schedule goes on.

    Raises `NotFound`, or `NotFailed` when it is in another state.
    """
    with db.transaction() as session:
        delivery = db.one(select(Delivery).where(Delivery.id == delivery_id))
        again = {"state": "pending", "reason": "by_hand", "due_at": now, "finished_at": None}
        failed = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == "failed")
        if count_changed(session, failed.values(again)) != 1:
            raise NotFailed
        here().wake_at_commit(topic_of(delivery.channel))
    return delivery
