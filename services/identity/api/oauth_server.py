"""The OAuth 2 and OpenID rules, by Authlib, wired to our use cases.

Authorization code with PKCE S256 for everybody, rotating refresh tokens, client credentials;
no implicit flow, no password grant, no plain PKCE (RFC 9700).
"""

from collections.abc import Callable
from typing import Any, ClassVar

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, OAuth2Request, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode
from flask import Flask, current_app, request
from joserfc.jwk import ECKey

from chassis.process.runtime import here
from services.identity.adapters.signing import ALGORITHM, private_key
from services.identity.api import tokens
from services.identity.api.oauth_client import RegisteredClient, query_client
from services.identity.domain.ending import EndReason
from services.identity.models import AuthorizationCode, TokenFamily
from services.identity.pages.texts import why_over
from services.identity.usecases import authorizing, sessions, signing_keys
from services.identity.usecases.authorizing import CodeRequest, Grantee

_KEY = "oauth_server"
_AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"]


class _Request(FlaskOAuth2Request):
    """Authlib refuses plain http; TLS ends at the edge, so what is seen here says nothing."""

    def __init__(self) -> None:
        OAuth2Request.__init__(
            self, request.method, "https://edge.invalid", headers=request.headers
        )
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class _Server(AuthorizationServer):
    def create_oauth2_request(self, _request: Any) -> OAuth2Request:
        return _Request()


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = _AUTH_METHODS

    def save_authorization_code(self, code: str, asked: OAuth2Request) -> None:
        code_request = CodeRequest(
            client_id=asked.client.client_id,
            redirect_uri=asked.payload.redirect_uri,
            scope=asked.scope,
            nonce=asked.payload.data.get("nonce"),
            code_challenge=asked.payload.data["code_challenge"],
        )
        authorizing.issue_code(code, code_request, asked.user)

    def query_authorization_code(self, code: str, client: RegisteredClient) -> "_Code | None":
        row = authorizing.find_code(code, client.client_id)
        return None if row is None else _Code(row)

    def authenticate_user(self, code: "_Code") -> Grantee | None:
        grantee = authorizing.redeem(code.row)
        code.grantee = grantee
        return grantee

    def delete_authorization_code(self, code: "_Code") -> None:
        """Used codes stay, marked, so that a second use is noticed."""


class _Code:
    """A code in Authlib's words."""

    code_challenge_method = "S256"

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.grantee: Grantee | None = None
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return self.row.scope

    def get_nonce(self) -> str | None:
        return self.row.nonce

    def get_auth_time(self) -> int | None:
        return int(self.grantee.auth_time.timestamp()) if self.grantee else None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str] | None:
        return self.grantee.amr if self.grantee else None


class _S256(CodeChallenge):
    """PKCE for every client, confidential ones too, and only with S256."""

    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar[list[str]] = ["S256"]
    CODE_CHALLENGE_METHODS: ClassVar[dict[str, Callable[..., bool]]] = {
        "S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]
    }

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The 'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class _OpenId(OpenIDCode):
    def exists_nonce(self, nonce: str, asked: OAuth2Request) -> bool:
        return authorizing.nonce_was_used(nonce, asked.payload.client_id)

    def resolve_client_private_key(self, _client: RegisteredClient) -> ECKey:
        return private_key(signing_keys.signing_key())

    def get_client_algorithm(self, _client: RegisteredClient) -> str:
        return ALGORITHM

    def get_encode_header(self, client: RegisteredClient) -> dict[str, Any]:
        key = self.resolve_client_private_key(client)
        return {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}

    def get_client_claims(self, client: RegisteredClient) -> dict[str, Any]:
        return {"iss": here().settings.public_url, "aud": [client.get_client_id()]}

    def generate_user_info(self, user: Grantee, _scope: str) -> dict[str, Any]:
        return {"sub": str(user.employee_id), "sid": str(user.family_id)}


class _SessionOver(InvalidGrantError):
    """Beside the RFC: `end_reason`, and its words, tell whoever holds the token why it is over."""

    def __init__(self, why: EndReason | None) -> None:
        super().__init__("The refresh token is no longer valid.")
        self._why = why

    def get_body(self) -> list[tuple[str, str]]:
        body: list[tuple[str, str]] = super().get_body()
        if self._why is None:
            return body
        told = (("end_reason", str(self._why)), ("end_reason_label", why_over(self._why)))
        return [*body, *told]


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = _AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, token: str) -> "_Refresh | None":
        family = authorizing.find_family(token)
        return None if family is None else _Refresh(token, family)

    def authenticate_user(self, presented: "_Refresh") -> Grantee:
        grantee = authorizing.refresh(presented.token)
        if grantee is None:
            raise _SessionOver(authorizing.why_over(presented.family))
        return grantee

    def revoke_old_credential(self, _presented: "_Refresh") -> None:
        """Replacing already used the old token up."""


class _Refresh:
    """A presented refresh token in Authlib's words."""

    def __init__(self, token: str, family: TokenFamily) -> None:
        self.token = token
        self.family = family

    def check_client(self, client: RegisteredClient) -> bool:
        return self.family.client_id == client.client_id

    def get_scope(self) -> str:
        return self.family.scope


class _ClientGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = ["client_secret_basic", "client_secret_post"]


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = _AUTH_METHODS

    def query_token(self, token: str, _hint: str | None) -> _Refresh | None:
        family = authorizing.find_family(token)
        return None if family is None else _Refresh(token, family)

    def revoke_token(self, presented: _Refresh, asked: OAuth2Request) -> None:
        """Beside the RFC: `reason=idle` ends the browser's session as well, unused for too long."""
        if asked.payload.data.get("reason") == EndReason.IDLE:
            sessions.end(presented.family.session_id, why=EndReason.IDLE)
        authorizing.revoke(presented.family)


class _Issuer(IssuerParameter):
    def get_issuer(self) -> str:
        return here().settings.public_url


def install(app: Flask) -> None:
    """Give the app its authorization server."""
    made = _Server(app, query_client=query_client, save_token=_save_token)
    made.register_token_generator("default", _generate)
    made.register_grant(_CodeGrant, [_S256(required=True), _OpenId(require_nonce=False)])
    made.register_grant(_RefreshGrant)
    made.register_grant(_ClientGrant)
    made.register_endpoint(_Revocation)
    made.register_extension(_Issuer())
    app.extensions[_KEY] = made


def server() -> AuthorizationServer:
    found: AuthorizationServer = current_app.extensions[_KEY]
    return found


def _generate(
    *, client: RegisteredClient, user: Grantee | None, scope: str | None, **_: Any
) -> dict[str, Any]:
    if user is None:
        return tokens.for_client(client.client_id, client.get_allowed_scope(scope) or "")
    return tokens.for_person(client.client_id, user, scope or "")


def _save_token(token: dict[str, Any], asked: OAuth2Request) -> None:
    """A family's first refresh token is stored; its successors already are."""
    fresh = token.get("refresh_token")
    if fresh and asked.user and asked.user.refresh_token is None:
        authorizing.first_refresh_token(asked.user, fresh)
