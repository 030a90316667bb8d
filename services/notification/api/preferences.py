"""How a person wants to be told."""

from typing import Any

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.process.clock import now
from services.notification import queries
from services.notification.api.schemas import NewPreference, PreferenceView
from services.notification.models import Preference
from services.notification.usecases import reading

blp = Blueprint("preferences", url_prefix="/api/notification/v1", description="How I am told")


@blp.route("/preferences")
@requires("notification")
@blp.response(200, PreferenceView)
def show_preferences() -> dict[str, Any]:
    """Show how I am told."""
    return _shown(queries.preference(person()))


@blp.route("/preferences", methods=["PUT"])
@requires("notification")
@blp.arguments(NewPreference)
@blp.response(200, PreferenceView)
def change_preferences(choice: dict[str, Any]) -> dict[str, Any]:
    """Choose channels and language for messages not yet sent."""
    return _shown(reading.prefer(choice, person=person(), now=now()))


def _shown(kept: Preference | None) -> dict[str, Any]:
    if kept is None:
        return {"in_app": True, "email": True, "whatsapp": True, "language": None}
    return {
        "in_app": True,
        "email": kept.email,
        "whatsapp": kept.whatsapp,
        "language": kept.language,
    }
