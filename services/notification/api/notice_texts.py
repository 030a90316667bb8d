"""The words of notices, which a region may say in its own way: for its administrators.

A text is named by service, notice, kind (`ordinary` or `sensitive`) and language.
"""

from typing import Any

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.languages import language
from chassis.http.writing import writes
from chassis.kernel.errors import NotFound
from chassis.kernel.languages import LANGUAGES
from chassis.process.clock import now
from services.notification.api.requests import NewWords
from services.notification.api.views import (
    NoticeTextList,
    NoticeTextView,
    PreviewView,
    preview_view,
    wording_view,
)
from services.notification.domain.wording import ORDINARY, SENSITIVE, Place
from services.notification.usecases import wording

blp = Blueprint(
    "notice_texts", url_prefix="/api/notification/v1/notice-texts", description="Words of notices"
)
_TEXT = "/<service>/<notice>/<kind>/<language>"


@blp.route("")
@requires("notification")
@blp.response(200, NoticeTextList)
def list_texts() -> dict[str, Any]:
    """List every text of every notice, the region's own or the built-in one."""
    return {"data": [wording_view(each) for each in wording.wordings(person_id=person())]}


@blp.route(_TEXT)
@requires("notification")
@blp.response(200, NoticeTextView)
def show_text(**place: str) -> dict[str, Any]:
    """Show one text, with the placeholders that it may use."""
    return wording_view(wording.wording(_place(**place), person_id=person()))


@blp.route(_TEXT, methods=["PUT"])
@requires("notification")
@blp.arguments(NewWords)
@writes(if_match=True)
@blp.response(200, NoticeTextView)
def change_text(words: dict[str, Any], seen: Seen, **place: str) -> dict[str, Any]:
    """Say a notice in the region's own words, from the next event on."""
    changed = wording.say_in_own_words(
        _place(**place), **words, person_id=person(), seen=seen, now=now()
    )
    return wording_view(changed)


@blp.route(_TEXT, methods=["DELETE"])
@requires("notification")
@writes(if_match=True)
@blp.response(200, NoticeTextView)
def restore_text(seen: Seen, **place: str) -> dict[str, Any]:
    """Go back to the built-in words; the answer shows them."""
    restored = wording.say_as_built_in(_place(**place), person_id=person(), seen=seen, now=now())
    return wording_view(restored)


@blp.route(f"{_TEXT}/preview", methods=["POST"])
@requires("notification")
@blp.arguments(NewWords)
@writes()
@blp.response(200, PreviewView)
def preview_text(words: dict[str, Any], **place: str) -> dict[str, Any]:
    """Show what words would become by each channel, with a sample of the event. Keeps nothing."""
    at = _place(**place)
    shown = wording.wording(at, person_id=person())
    text = wording.preview(at, **words, person_id=person())
    return preview_view(text, shown.rule.notice.channels, language())


def _place(*, service: str, notice: str, kind: str, language: str) -> Place:
    if kind not in (ORDINARY, SENSITIVE) or language not in LANGUAGES:
        raise NotFound
    return Place(service, notice, kind == SENSITIVE, language)
