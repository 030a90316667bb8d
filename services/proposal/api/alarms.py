"""/alarms: proposals that nobody can decide today, for BKPSDM's officers."""

from typing import Any

from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import anybody_asks, person, requires
from chassis.http.paging import PageArgs
from services.proposal.api.views.alarms import AlarmPage, alarm_view
from services.proposal.models import PEOPLE
from services.proposal.queries.proposals import unattended
from services.proposal.usecases.calendar import KEEPERS
from staff.rights import require_role

blp = Blueprint("alarms", __name__, url_prefix="/api/proposal/v1/alarms")


@blp.route("", methods=["GET"])
@anybody_asks
@requires("proposal")
@blp.arguments(PageArgs, location="query")
@blp.response(200, AlarmPage)
def list_alarms(args: dict[str, Any]) -> Page:
    require_role(PEOPLE, person(), KEEPERS)
    return unattended(**args).each(alarm_view)
