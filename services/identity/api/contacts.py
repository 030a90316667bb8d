"""Contacts, for services that send messages; never for people about other people."""

from uuid import UUID

from chassis.http.api import Blueprint
from chassis.http.auth import requires
from services.identity import queries
from services.identity.api.views import ContactView, LetterView
from services.identity.models import Contact
from services.identity.usecases import letters

blp = Blueprint("contacts", url_prefix="/api/identity/v1", description="Contacts for services")


@blp.route("/contacts/<uuid:employee_id>")
@requires("contacts.read")
@blp.response(200, ContactView)
def read(employee_id: UUID) -> Contact:
    """How to reach a person."""
    return queries.contact(employee_id)


@blp.route("/letters/<uuid:letter_id>")
@requires("letters.read")
@blp.response(200, LetterView)
def letter(letter_id: UUID) -> letters.Opened:
    """What a message about an account says, while it is still to be said."""
    return letters.opened(letter_id)
