"""A person's own notices."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.idempotency import idempotent
from chassis.http.problems import language
from chassis.process.clock import now
from services.notification import queries
from services.notification.api.schemas import (
    Counts,
    InboxArgs,
    MarkedRead,
    NoticePage,
    NoticeView,
)
from services.notification.domain.rendering import DEFAULT_LANGUAGE
from services.notification.models import Notice
from services.notification.usecases import reading

blp = Blueprint("notices", url_prefix="/api/notification/v1", description="My notices")


@blp.route("/notices")
@requires("notification")
@blp.arguments(InboxArgs, location="query")
@blp.response(200, NoticePage)
def list_notices(args: dict[str, Any]) -> dict[str, Any]:
    """List my notices, newest first."""
    found = queries.inbox(person(), **args)
    wanted = _language()
    return found.body([_shown(notice, wanted) for notice in found.items])


@blp.route("/notices/counts")
@requires("notification")
@blp.response(200, Counts)
def count_notices() -> dict[str, int]:
    """Count my unread notices."""
    return {"unread": queries.unread_count(person())}


@blp.route("/notices/<uuid:notice_id>/read", methods=["POST"])
@requires("notification")
@idempotent
@blp.response(200, NoticeView)
def read_notice(notice_id: UUID) -> dict[str, Any]:
    """Mark one of my notices as read."""
    return _shown(reading.mark_read(notice_id, person=person(), now=now()), _language())


@blp.route("/notices/read-all", methods=["POST"])
@requires("notification")
@idempotent
@blp.response(200, MarkedRead)
def read_all_notices() -> dict[str, int]:
    """Mark all my notices as read."""
    return {"count": reading.mark_all_read(person=person(), now=now())}


def _language() -> str:
    chosen = queries.preference(person())
    return (chosen.language if chosen else None) or language()


def _shown(notice: Notice, wanted: str) -> dict[str, Any]:
    spoken = wanted if wanted in notice.texts else DEFAULT_LANGUAGE
    return {
        "id": notice.id,
        "about": notice.subject,
        "event_type": notice.event_type,
        "service": notice.service,
        "rule": notice.rule,
        **notice.texts[spoken],
        "language": spoken,
        "channels": notice.channels,
        "happened_at": notice.happened_at,
        "created_at": notice.created_at,
        "read_at": notice.read_at,
    }
