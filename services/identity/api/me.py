"""The person who asks: who am I, my contacts, my second factor."""

from typing import Any

from chassis.data.versioned import Seen
from chassis.http.api import Blueprint
from chassis.http.auth import person, requires
from chassis.http.writing import writes
from services.identity import queries
from services.identity.api.requests import ContactChannel, ContactInput, ContactProof, TotpCode
from services.identity.api.views import CodeSent, ContactView, MeView, RecoveryCodes, TotpBegun
from services.identity.models import Contact
from services.identity.pages import browser
from services.identity.queries.me import me as described
from services.identity.usecases import contacts, second_factor

blp = Blueprint("me", url_prefix="/api/identity/v1", description="The person who asks")


@blp.route("/me")
@requires()
@blp.response(200, MeView)
def me() -> dict[str, Any]:
    """Who am I: post, unit, region, roles today."""
    return described(person())


@blp.route("/me/contact")
@requires("identity")
@blp.response(200, ContactView)
def my_contact() -> Contact:
    """How the region reaches me."""
    return queries.own_contact(person())


@blp.route("/me/contact", methods=["PATCH"])
@requires("identity")
@blp.arguments(ContactInput)
@writes(if_match=True)
@blp.response(200, ContactView)
def change_my_contact(body: dict[str, Any], seen: Seen) -> Contact:
    """Change how the region reaches me."""
    return contacts.change_own_contact(person(), seen=seen, values=body)


@blp.route("/me/contact/code", methods=["POST"])
@requires("identity")
@blp.arguments(ContactChannel)
@writes(once=False)
@blp.response(201, CodeSent)
def send_code(body: dict[str, str]) -> dict[str, Any]:
    """Have a code sent to my present address or number, to prove that it is mine."""
    return {"expires_at": contacts.send_code(person(), body["channel"])}


@blp.route("/me/contact/verify", methods=["POST"])
@requires("identity")
@blp.arguments(ContactProof)
@blp.response(200, ContactView)
def verify(body: dict[str, str]) -> Contact:
    """Prove with the code that came there that an address or number is mine."""
    return contacts.verify(person(), body["channel"], body["code"])


@blp.route("/me/totp", methods=["POST"])
@requires("identity")
@writes(once=False)
@blp.response(200, TotpBegun)
def begin_totp() -> dict[str, str]:
    """Begin to set up an authenticator app."""
    secret, uri = second_factor.begin(person(), issuer=_issuer())
    return {"secret": secret, "uri": uri}


@blp.route("/me/totp", methods=["PUT"])
@requires("identity")
@blp.arguments(TotpCode)
@writes(once=False)
@blp.response(200, RecoveryCodes)
def confirm_totp(body: dict[str, str]) -> dict[str, list[str]]:
    """Confirm the authenticator with code and password; answers recovery codes, shown once."""
    codes = second_factor.enrol(
        person(), body["code"], password=body["password"], address=browser.address()
    )
    return {"codes": codes}


def _issuer() -> str:
    return f"Simpul {queries.region().name}"
