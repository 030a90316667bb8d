"""Who was sent what, by which channel, and how it ended: for those who answer for it.

Open to an application whose client has the scope `deliveries.read`, to the operator's commands,
and to a region's system or BKPSDM administrator.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import InsufficientScope, actor, person, requires
from chassis.http.languages import language
from chassis.http.listing import lists
from chassis.http.writing import writes
from chassis.process.clock import now
from services.notification import queries
from services.notification.api.views import DeliveryState, DeliveryView, with_label
from services.notification.models import PEOPLE, Delivery
from services.notification.usecases.releasing import try_again
from staff.rights import require_role
from staff.snapshot import region_name

READ = "deliveries.read"
OPERATOR = "ops"
AUDITORS = frozenset({"sysadmin", "bkpsdm_admin"})


def zone() -> ZoneInfo:
    return region_name(PEOPLE).zone


blp = Blueprint("deliveries", url_prefix="/api/notification/v1", description="What was sent")


@blp.route("/deliveries")
@requires()
@lists(blp, queries.DELIVERIES, DeliveryView, zone=zone)
def list_deliveries(wanted: Wanted) -> Page:
    """List deliveries with every try, newest first; `q` finds whom they went to."""
    if actor().person_id is None:
        _check_client()
    else:
        _check_auditor()
    spoken = language()
    return queries.deliveries(wanted).each(lambda delivery: with_label(delivery, spoken))


@blp.route("/deliveries/<uuid:delivery_id>/retry", methods=["POST"])
@requires("notification")
@writes()
@blp.response(200, DeliveryState)
def retry_delivery(delivery_id: UUID) -> Delivery:
    """Try a failed delivery once more."""
    _check_auditor()
    return try_again(delivery_id, now=now())


def _check_client() -> None:
    if not {READ, OPERATOR} & actor().scopes:
        raise InsufficientScope(scope=READ)


def _check_auditor() -> None:
    if "notification" not in actor().scopes:
        raise InsufficientScope(scope="notification")
    require_role(PEOPLE, person(), AUDITORS)
