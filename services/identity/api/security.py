"""Security events and alarms: for the auditor of the region, and nothing else for them."""

from typing import Any
from uuid import UUID

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.listing import lists
from chassis.http.paging import PageArgs
from chassis.http.writing import writes
from chassis.kernel.nip import parse_nip
from services.identity import queries
from services.identity.api.access import auditors_only, only, sysadmins_only
from services.identity.api.requests import NipQuery, SecurityLimitsChange
from services.identity.api.views.security import (
    AlarmPage,
    PersonRef,
    SecurityAlarmView,
    SecurityEventView,
    SecurityKinds,
    SecurityLimitsView,
    SecurityStanding,
    alarm_row,
    event_row,
    kinds_view,
    limits_view,
)
from services.identity.queries import security
from services.identity.usecases import alarming

blp = Blueprint("security", url_prefix="/api/identity/v1", description="Security events")


@blp.route("/security-events")
@requires("identity")
@lists(blp, security.EVENTS, SecurityEventView, zone=queries.zone)
@auditors_only
def events(wanted: Wanted) -> Page:
    """What concerned the safety of accounts and data in the region, newest first."""
    return security.events(wanted).each(event_row)


@blp.route("/security-events/kinds")
@requires("identity")
@blp.response(200, SecurityKinds)
@auditors_only
def kinds() -> dict[str, Any]:
    """What kinds of events there are, in words."""
    return kinds_view()


@blp.route("/security-events/person", methods=["POST"])
@requires("identity")
@blp.arguments(NipQuery)
@blp.response(200, PersonRef)
@auditors_only
def find_person(body: dict[str, str]) -> Any:
    """Who has this NIP, to filter by; nothing is kept."""
    return queries.employee_by_nip(parse_nip(body["nip"]).digits)


@blp.route("/security-alarms")
@requires("identity")
@blp.arguments(PageArgs, location="query")
@blp.response(200, AlarmPage)
@only(security.TOLD)
def alarms(args: dict[str, Any]) -> Page:
    """Where events were too many, newest first."""
    return security.alarms(**args).each(alarm_row)


@blp.route("/security-alarms/<uuid:alarm_id>/close", methods=["POST"])
@requires("identity")
@writes()
@blp.response(200, SecurityAlarmView)
@only(security.TOLD)
def close_alarm(alarm_id: UUID) -> dict[str, Any]:
    """Say that I have looked into an alarm; never one about myself."""
    return alarm_row(security.named_alarm(alarming.close(alarm_id, by=person())))


@blp.route("/me/security")
@requires("identity")
@blp.response(200, SecurityStanding)
def standing() -> dict[str, Any]:
    """Whether the person may read events and alarms; how many alarms of the week are open."""
    return security.standing(person())


@blp.route("/security-limits")
@requires("identity")
@blp.response(200, SecurityLimitsView)
@only(security.TOLD)
def limits() -> dict[str, Any]:
    """How many are too many in the region."""
    return limits_view(security.limits())


@blp.route("/security-limits", methods=["PATCH"])
@requires("identity")
@blp.arguments(SecurityLimitsChange)
@writes(if_match=True)
@blp.response(200, SecurityLimitsView)
@sysadmins_only
def change_limits(body: dict[str, Any], seen: Seen) -> dict[str, Any]:
    """Choose how many are too many; one that is left out goes by its default."""
    return limits_view(alarming.change_limits(body["limits"], seen=seen))
