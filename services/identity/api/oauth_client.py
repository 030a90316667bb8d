"""A registered application in Authlib's words."""

import hmac
from collections.abc import Collection

from authlib.oauth2.rfc6749 import ClientMixin
from flask import g

from services.identity import queries
from services.identity.adapters.sealing import fingerprint
from services.identity.models import OAuthClient


class RegisteredClient(ClientMixin):
    """What Authlib asks of a client, answered from its row."""

    def __init__(self, row: OAuthClient) -> None:
        self.client_id = row.client_id
        self.redirect_uris: Collection[str] = row.redirect_uris
        self.logout_uris: Collection[str] = row.logout_uris
        self._grant_types = row.grant_types
        self._scopes = row.scopes
        self._secret_fingerprint = row.secret_fingerprint

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Applications name their redirect URI every time."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the asked scopes that are allowed, or None when none is."""
        asked = self._scopes if not scope else scope.split()
        return " ".join(name for name in asked if name in self._scopes) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        is_right = self._secret_fingerprint is not None and hmac.compare_digest(
            self._secret_fingerprint, fingerprint(client_secret)
        )
        if not is_right:
            g.wrong_secret_of = self.client_id
        return is_right

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return (method == "none") == (self._secret_fingerprint is None)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self._grant_types


def query_client(client_id: str) -> RegisteredClient | None:
    """Return a registered client that is in use; a name that no client can have is nobody's."""
    row = queries.client(client_id) if client_id.isprintable() else None
    return None if row is None else RegisteredClient(row)
