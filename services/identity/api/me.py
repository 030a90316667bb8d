"""The person who asks: who am I, my contacts, my second factor."""

from typing import Any

from chassis.http.api import Blueprint, needs_if_match
from chassis.http.auth import person, requires
from chassis.http.etags import require_match, set_etag
from services.identity import queries
from services.identity.api.schemas import (
    ContactInput,
    ContactView,
    MeView,
    RecoveryCodes,
    TotpBegun,
    TotpCode,
)
from services.identity.models import Contact, db
from services.identity.usecases import employees, second_factor

blp = Blueprint("me", url_prefix="/api/identity/v1", description="The person who asks")
_OWN_WORD = "pegawai sendiri"


@blp.route("/me")
@requires()
@blp.response(200, MeView)
def me() -> dict[str, Any]:
    """Who am I: post, unit, region, roles today."""
    return queries.me(person())


@blp.route("/me/contact")
@requires("identity")
@blp.response(200, ContactView)
def my_contact() -> Contact:
    """How the region reaches me."""
    contact = queries.contact(person())
    set_etag(contact.version)
    return contact


@blp.route("/me/contact", methods=["PATCH"])
@needs_if_match
@requires("identity")
@blp.arguments(ContactInput)
@blp.response(200, ContactView)
def change_my_contact(body: dict[str, Any]) -> Contact:
    """Change how the region reaches me."""
    with db.transaction():
        contact = queries.contact(person())
        require_match(contact.version)
        contact = employees.set_contact(
            person(), values=body, source=_OWN_WORD, as_of=queries.today()
        )
    set_etag(contact.version)
    return contact


@blp.route("/me/totp", methods=["POST"])
@requires("identity")
@blp.response(200, TotpBegun)
def begin_totp() -> dict[str, str]:
    """Begin to set up an authenticator app."""
    secret, uri = second_factor.begin(person(), issuer=_issuer())
    return {"secret": secret, "uri": uri}


@blp.route("/me/totp", methods=["PUT"])
@requires("identity")
@blp.arguments(TotpCode)
@blp.response(200, RecoveryCodes)
def confirm_totp(body: dict[str, str]) -> dict[str, list[str]]:
    """Confirm the authenticator with its first code; answers recovery codes, shown once."""
    return {"codes": second_factor.confirm(person(), body["code"])}


def _issuer() -> str:
    return f"Simpul {queries.region().name}"
