"""Contacts, for services that send messages; never for people about other people."""

from uuid import UUID

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from services.identity import queries
from services.identity.api.views import ContactView
from services.identity.models import Contact

blp = Blueprint("contacts", url_prefix="/api/identity/v1", description="Contacts for services")


@blp.route("/contacts/<uuid:employee_id>")
@requires("contacts.read")
@blp.response(200, ContactView)
def read(employee_id: UUID) -> Contact:
    """How to reach a person."""
    return queries.contact(employee_id)
