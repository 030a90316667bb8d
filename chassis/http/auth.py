"""Who is asking. A token proves a person or a client, a region and scopes; never a role."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from flask import g, has_request_context, request
from structlog.contextvars import bind_contextvars

from chassis.http import sessions
from chassis.http.api import document
from chassis.http.keys import SignatureInvalid
from chassis.http.wsgi_problems import TOO_MANY
from chassis.kernel.errors import Forbidden, Refused
from chassis.process import regions
from chassis.process.buckets import Limit
from chassis.process.clock import now
from chassis.process.runtime import Runtime, here

AUDIENCE = "simpul"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
LEEWAY = 30
_CLIENT = "client:"


class TokenMissing(Refused):
    """No bearer token came with the request."""

    kind = "unauthenticated"
    code = "token_missing"
    text = {"id": "Silakan masuk lebih dahulu.", "en": "Please sign in first."}


class TokenInvalid(Refused):
    """The token is forged, malformed, or was issued by or for somebody else."""

    kind = "unauthenticated"
    code = "token_invalid"
    text = {"id": "Tanda masuk tidak sah. Silakan masuk lagi.", "en": "The token is not valid."}


class TokenExpired(Refused):
    """The token was good once."""

    kind = "unauthenticated"
    code = "token_expired"
    text = {"id": "Sesi telah berakhir. Silakan masuk lagi.", "en": "The token has expired."}


class SessionRevoked(Refused):
    """The session this token came from was ended, or all those of the person were."""

    kind = "unauthenticated"
    code = "session_revoked"
    text = {"id": "Sesi telah diakhiri. Silakan masuk lagi.", "en": "The session was ended."}


class InsufficientScope(Forbidden):
    """The token does not carry the scope this needs."""

    code = "insufficient_scope"
    text = {"id": "Aplikasi ini tidak berwenang ({scope}).", "en": "Scope {scope} is needed."}


class PersonRequired(Forbidden):
    """Only a person can do this, not an application by itself."""

    code = "person_required"
    text = {"id": "Hanya pegawai yang dapat melakukan ini.", "en": "Only a person can do this."}


class SecondFactorNeeded(Forbidden):
    """The person holds a role that needs a second factor, and signed in without one."""

    code = "second_factor_needed"
    text = {
        "id": "Peran Anda memerlukan kode autentikator. Silakan masuk lagi dengan kode itu.",
        "en": "Your role needs an authenticator code. Please sign in again with one.",
    }


class TooManyRequests(Refused):
    """Who asks, asks more often than the route allows; `retry_after` seconds are left to wait."""

    kind = "too_many"
    code = TOO_MANY.code
    text = TOO_MANY.detail

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.retry_after = seconds


@dataclass(frozen=True)
class Actor:
    """Whoever the token speaks for. `person_id` is None for an application."""

    person_id: UUID | None
    client_id: str
    region: str
    scopes: frozenset[str]
    amr: tuple[str, ...]
    auth_time: int
    issued_at: int
    session_id: UUID | None = None
    # In which roles the region lets people do with a password; None: the token does not say.
    roles_by_password: frozenset[str] | None = None


def accept_until_expiry(_person_id: UUID) -> datetime | None:
    """Stand for `revoked_at` in a service that keeps no copy of people.

    A token of an ended session is refused there too; one that names no session goes on working
    until it expires by itself.
    """
    return None


@dataclass(frozen=True)
class OtherProof:
    """What a view takes instead of a token: its name in the description, and who brings it.

    `read` returns None where the request brings none.
    """

    scheme: str
    read: Callable[[], Actor | None]


def requires(
    *scopes: str, instead: OtherProof | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view be called only with a valid token that has all the scopes.

    The token's region is bound for the view, and the caller is counted: a person, or an
    application, may ask as often as the route says. `instead` is another proof that the view
    takes. Raises the 401 and 403 refusals of this module, and `TooManyRequests`.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            who = (instead and instead.read()) or _with_scopes(authenticate(here()), scopes)
            with acting(who):
                return view(*args, **kwargs)

        guarded.__dict__["access"] = ("requires", scopes)
        others = [{instead.scheme: list[str]()}] if instead else []
        document(guarded, security=[{"bearer": list(scopes)}, *others])
        return guarded

    return decorate


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Do the block as somebody who was proved to ask: in their region, counted.

    Raises `SessionRevoked` or `TooManyRequests`.
    """
    g.actor = who
    bind_contextvars(region=who.region, actor=str(who.person_id or who.client_id))
    runtime = here()
    with bound_region(who):
        try:
            _check_session(runtime, who)
            _count(runtime, who)
            yield
        finally:
            runtime.db.opening.forget()


def _with_scopes(who: Actor, scopes: Collection[str]) -> Actor:
    g.actor = who  # whom a refusal is noted with
    for scope in scopes:
        if scope not in who.scopes:
            raise InsufficientScope(scope=scope)
    return who


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as open to anybody."""
    view.__dict__["access"] = ("public", ())
    document(view, security=[])
    return view


def anybody_asks(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that a menu asks for everybody: who is refused there was not curious.

    Such a refusal is no security event; goes above `requires`.
    """
    view.__dict__["anybody_asks"] = True
    return view


def actor() -> Actor:
    """Return who asks, inside a `requires` view."""
    who: Actor = g.actor
    return who


def asking() -> Actor | None:
    """Return who asks, or None: a public view, or work without a request."""
    who: Actor | None = g.get("actor") if has_request_context() else None
    return who


def person() -> UUID:
    """Return the asking person's id; raises `PersonRequired` for an application's token."""
    who = actor()
    if who.person_id is None:
        raise PersonRequired
    return who.person_id


def bound_region(who: Actor) -> AbstractContextManager[None]:
    """Bind the actor's region; a service's own client sees all of them."""
    return regions.all_regions() if who.region == regions.ALL else regions.in_region(who.region)


def authenticate(runtime: Runtime) -> Actor:
    """Read and check the request's bearer token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenMissing
    try:
        claims = runtime.keys.verify(token.strip(), typ=TOKEN_TYPE)
    except SignatureInvalid as error:
        raise TokenInvalid from error
    return _actor(claims, runtime.settings.public_url)


def _actor(claims: dict[str, Any], issuer: str) -> Actor:
    try:
        _check_times(claims)
        _check_address(claims, issuer)
        subject = str(claims["sub"])
        is_client = subject.startswith(_CLIENT)
        region = str(claims["region"])
        if region == regions.ALL and not is_client:
            raise TokenInvalid
        return Actor(
            person_id=None if is_client else UUID(subject),
            client_id=str(claims["client_id"]),
            region=region,
            scopes=frozenset(str(claims.get("scope", "")).split()),
            amr=tuple(claims.get("amr", ())),
            auth_time=int(claims.get("auth_time", 0)),
            issued_at=int(claims["iat"]),
            session_id=UUID(claims["sid"]) if "sid" in claims else None,
            roles_by_password=_codes(claims.get("roles_by_password")),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenInvalid from error


def _codes(told: Any) -> frozenset[str] | None:
    return None if told is None else frozenset(map(str, told))


def check_strength(who: Actor, roles: Callable[[], Collection[str]]) -> None:
    """Refuse a sign-in by password alone to who has a role that needs more.

    `roles` is asked only where it matters. Raises `SecondFactorNeeded`.
    """
    if who.roles_by_password is None or "otp" in who.amr:
        return
    if not who.roles_by_password.issuperset(roles()):
        raise SecondFactorNeeded


def _check_times(claims: dict[str, Any]) -> None:
    at = now().timestamp()
    if at > float(claims["exp"]) + LEEWAY:
        raise TokenExpired
    if float(claims["iat"]) > at + LEEWAY or float(claims.get("nbf", 0)) > at + LEEWAY:
        raise TokenInvalid


def _check_address(claims: dict[str, Any], issuer: str) -> None:
    audience = claims["aud"]
    if AUDIENCE not in ([audience] if isinstance(audience, str) else audience):
        raise TokenInvalid
    if claims["iss"] != issuer:
        raise TokenInvalid


def _count(runtime: Runtime, who: Actor) -> None:
    """Count a request of whom the token has proved; the services themselves are not counted."""
    if who.region == regions.ALL:
        return
    route = runtime.manifest.route_of(request.path)
    caller = str(who.person_id or who.client_id)
    wait = runtime.buckets.wait(Limit(route.rate, route.burst), route.prefix, caller)
    if wait:
        raise TooManyRequests(seconds=wait)


def _check_session(runtime: Runtime, who: Actor) -> None:
    if who.person_id is None:
        return
    runtime.db.opening.ask(session=who.session_id, person=who.person_id)
    if who.session_id is not None and sessions.is_ended(runtime, who.session_id):
        raise SessionRevoked
    revoked_at = runtime.revoked_at(who.person_id)
    if revoked_at is not None and who.issued_at < revoked_at.timestamp():
        raise SessionRevoked
