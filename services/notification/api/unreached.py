"""Whom a channel does not reach: for Umpeg of the OPD, and for the region's administrators."""

from uuid import UUID

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.http.api import Blueprint
from chassis.http.auth import anybody_asks, person, requires
from chassis.http.languages import language
from chassis.http.listing import lists
from chassis.kernel.errors import Forbidden
from services.notification import queries
from services.notification.api.deliveries import AUDITORS, zone
from services.notification.api.views import UnreachedView, unreached_view
from services.notification.models import PEOPLE
from staff.rights import holds, units_of

OFFICER = "umpeg"
blp = Blueprint("unreached", url_prefix="/api/notification/v1", description="Who is not reached")


@blp.route("/unreached")
@anybody_asks
@requires("notification")
@lists(blp, queries.UNREACHED, UnreachedView, zone=zone)
def list_unreached(wanted: Wanted) -> Page:
    """List whom a channel fails to reach for good, newest first; Umpeg sees the own OPD's."""
    opds, spoken = _opds(person()), language()
    return queries.unreached(wanted, opds=opds).each(lambda whom: unreached_view(whom, spoken))


def _opds(asking: UUID) -> set[UUID] | None:
    if holds(PEOPLE, asking, AUDITORS):
        return None
    if opds := units_of(PEOPLE, asking, (OFFICER,)):
        return opds
    raise Forbidden
