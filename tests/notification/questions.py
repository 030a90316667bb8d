"""What is asked of a notification service that has told much; `grown.fill` made what is there."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select

from chassis.data.listing import Wanted
from chassis.process.clock import now
from services.notification import queries
from services.notification.models import Employee, Notice, db
from services.notification.usecases import confirming, sending, taking

WORDS = ("contoh", "nama00042", "contoh nama00042", "zzz")


def _person() -> Any:
    return db.session.scalar(select(Employee.id).limit(1))


def _listed(**wanted: Any) -> Any:
    return queries.deliveries(Wanted(count=0, **wanted))


def _about(name: str, column: Any) -> Any:
    return _listed(filters={name: db.session.scalar(select(column).limit(1))})


def _inbox(**wanted: Any) -> Any:
    asked = {"unread": None, "about": None, "limit": 20, "cursor": None} | wanted
    return queries.inbox(_person(), **asked)


def _confirmed() -> Any:
    """Word of a provider, which names no region, on a channel by which nothing was sent."""
    notice_id = db.session.scalar(select(Notice.id).limit(1))
    return confirming.confirm(notice_id, "read", channel="whatsapp", now=now())


QUESTIONS: dict[str, Callable[[], Any]] = {
    **{f"deliveries, by {sort}": partial(_listed, sort=sort) for sort in queries.DELIVERIES.orders},
    **{f"deliveries, {q}": partial(_listed, q=q) for q in WORDS},
    **{
        f"deliveries, {state}": partial(_listed, filters={"state": state})
        for state in (*queries.STATES, "nothing")
    },
    "deliveries by a channel": lambda: _listed(filters={"channel": "whatsapp"}),
    "deliveries about something": lambda: _about("subject", Notice.subject),
    "deliveries to somebody": lambda: _about("recipient_id", Notice.recipient_id),
    "inbox": _inbox,
    "unread": lambda: _inbox(unread=True),
    "read": lambda: _inbox(unread=False),
    "about something": lambda: _inbox(about="file/7"),
    "how many unread": lambda: queries.unread_count(_person()),
    "who is not reached": lambda: queries.unreached(Wanted(count=0), opds=None),
    "what is due": lambda: db.session.execute(taking._due("email").limit(11)).all(),
    "when something is due": lambda: taking.seconds_until_due("email"),
    "what dead senders left": lambda: sending.look_back("email"),
    "a provider's word": _confirmed,
}
