"""How a person wants to be told."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from chassis.process.clock import now
from services.notification import queries
from services.notification.api.requests import NewPreference
from services.notification.api.views import PreferenceView, preference_view
from services.notification.usecases import reading

blp = Blueprint("preferences", url_prefix="/api/notification/v1", description="How I am told")


@blp.route("/preferences")
@requires("notification")
@blp.response(200, PreferenceView)
def show_preferences() -> dict[str, Any]:
    """Show how I am told."""
    return preference_view(queries.preference(person()))


@blp.route("/preferences", methods=["PUT"])
@requires("notification")
@blp.arguments(NewPreference)
@writes()
@blp.response(200, PreferenceView)
def change_preferences(choice: dict[str, Any]) -> dict[str, Any]:
    """Choose channels and language for messages not yet sent."""
    return preference_view(reading.prefer(choice, person=person(), now=now()))
