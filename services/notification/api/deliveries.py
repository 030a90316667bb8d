"""Who was sent what, by which channel, and how it ended: for those who answer for it.

Open to an application whose client has the scope `deliveries.read`, to the operator's commands,
and to a region's system or BKPSDM administrator.
"""

from typing import Any
from uuid import UUID

from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import InsufficientScope, actor, person, requires
from chassis.http.languages import language
from chassis.http.writing import writes
from chassis.process.clock import now
from services.notification import queries
from services.notification.api.requests import DeliveriesArgs
from services.notification.api.views import DeliveryPage, DeliveryState, with_label
from services.notification.models import PEOPLE, Delivery
from services.notification.usecases.releasing import try_again
from staff.rights import require_role

READ = "deliveries.read"
OPERATOR = "ops"
AUDITORS = frozenset({"sysadmin", "bkpsdm_admin"})
blp = Blueprint("deliveries", url_prefix="/api/notification/v1", description="What was sent")


@blp.route("/deliveries")
@requires()
@blp.arguments(DeliveriesArgs, location="query")
@blp.response(200, DeliveryPage)
def list_deliveries(args: dict[str, Any]) -> Page:
    """List deliveries with every try, newest first."""
    if actor().person_id is None:
        _check_client()
    else:
        _check_auditor()
    spoken = language()
    return queries.deliveries(**args).each(lambda delivery: with_label(delivery, spoken))


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
