"""A person's own notices."""

from typing import Any
from uuid import UUID

from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.languages import language
from chassis.http.writing import writes
from chassis.process.clock import now
from services.notification import queries
from services.notification.api.requests import InboxArgs
from services.notification.api.views import (
    Counts,
    MarkedRead,
    NoticePage,
    NoticeView,
    notice_view,
)
from services.notification.usecases import reading

blp = Blueprint("notices", url_prefix="/api/notification/v1", description="My notices")


@blp.route("/notices")
@requires("notification")
@blp.arguments(InboxArgs, location="query")
@blp.response(200, NoticePage)
def list_notices(args: dict[str, Any]) -> Page:
    """List my notices, newest first."""
    language = _language()
    return queries.inbox(person(), **args).each(lambda notice: notice_view(notice, language))


@blp.route("/notices/counts")
@requires("notification")
@blp.response(200, Counts)
def count_notices() -> dict[str, int]:
    """Count my unread notices."""
    return {"unread": queries.unread_count(person())}


@blp.route("/notices/<uuid:notice_id>/read", methods=["POST"])
@requires("notification")
@writes()
@blp.response(200, NoticeView)
def read_notice(notice_id: UUID) -> dict[str, Any]:
    """Mark one of my notices as read."""
    return notice_view(reading.mark_read(notice_id, person=person(), now=now()), _language())


@blp.route("/notices/read-all", methods=["POST"])
@requires("notification")
@writes()
@blp.response(200, MarkedRead)
def read_all_notices() -> dict[str, int]:
    """Mark all my notices as read."""
    return {"count": reading.mark_all_read(person=person(), now=now())}


def _language() -> str:
    return queries.language_of(person()) or language()
