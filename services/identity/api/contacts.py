"""Contacts, for services that send messages; never for people about other people."""

from uuid import UUID

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from chassis.http.etags import set_etag
from services.identity import queries
from services.identity.api.schemas import ContactView
from services.identity.models import Contact

blp = Blueprint("contacts", url_prefix="/api/identity/v1", description="Contacts for services")


@blp.route("/contacts/<uuid:employee_id>")
@requires("contacts.read")
@blp.response(200, ContactView)
def read(employee_id: UUID) -> Contact:
    """How to reach a person."""
    contact = queries.contact(employee_id)
    set_etag(contact.version)
    return contact
