"""/people: what hangs on somebody here, for administrators before that person leaves."""

from typing import Any
from uuid import UUID

from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from services.proposal.api.views.people import OpenWorkView
from services.proposal.models import PEOPLE
from services.proposal.queries.open_work import open_work
from staff.rights import require_role

# Whoever may deactivate somebody; identity shows what else hangs on that person to the same (R31).
ADMINISTRATORS = frozenset({"bkpsdm_admin", "sysadmin"})
blp = Blueprint("people", __name__, url_prefix="/api/proposal/v1/people")


@blp.route("/<uuid:person_id>/open-work", methods=["GET"])
@requires("proposal")
@blp.response(200, OpenWorkView)
def show_open_work(person_id: UUID) -> Any:
    """Count somebody's open cases, as applicant and as decider; nobody is named."""
    require_role(PEOPLE, person(), ADMINISTRATORS)
    return open_work(person_id)
