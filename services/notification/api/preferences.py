"""How a person wants to be told."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.languages import language
from chassis.http.writing import writes
from chassis.process.clock import now
from services.notification import queries
from services.notification.adapters.registry import installed
from services.notification.api.requests import NewPreference
from services.notification.api.views import (
    ChannelList,
    PreferenceView,
    channels_view,
    preference_view,
)
from services.notification.usecases import reading

blp = Blueprint("preferences", url_prefix="/api/notification/v1", description="How I am told")


@blp.route("/preferences")
@requires("notification")
@blp.response(200, PreferenceView)
def show_preferences() -> dict[str, Any]:
    """Show how I am told."""
    return _mine()


@blp.route("/preferences", methods=["PUT"])
@requires("notification")
@blp.arguments(NewPreference)
@writes()
@blp.response(200, PreferenceView)
def change_preferences(choice: dict[str, Any]) -> dict[str, Any]:
    """Choose channels and language for messages not yet sent."""
    reading.prefer(choice, person=person(), now=now())
    return _mine()


@blp.route("/channels")
@requires("notification")
@blp.response(200, ChannelList)
def list_channels() -> dict[str, Any]:
    """List the channels that can be switched on and off, with their names."""
    return channels_view(installed().values(), language())


def _mine() -> dict[str, Any]:
    me = person()
    return preference_view(
        queries.preference(me), queries.wishes(me), queries.own_troubles(me), language()
    )
