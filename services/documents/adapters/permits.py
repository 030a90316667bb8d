"""Signs permits and reads them again: by a key made of the service's secret, without a database."""

from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from chassis.http.auth import Actor
from chassis.process.clock import now
from services.documents.domain.permits import LIFE, Permit, PermitExpired, PermitInvalid

_ALGORITHM = "HS256"
_TYPE = "permit+jwt"
_KEY_BYTES = 32


class PermitSigner:
    """Every instance of documents has the same secret, so each reads what another signed."""

    def __init__(self, secret: str) -> None:
        derivation = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"simpul documents permits")
        self._key = OctKey.import_key(derivation.derive(secret.encode()))

    def sign(self, permit: Permit, who: Actor) -> str:
        """Bind a permit to the person who asks. What makes their token void makes it void too."""
        header = {"alg": _ALGORITHM, "typ": _TYPE}
        claims = {
            "sub": str(who.person_id),
            "client_id": who.client_id,
            "region": who.region,
            "iat": who.issued_at,
            "amr": list(who.amr),
            "exp": int((now() + LIFE).timestamp()),
            "slot": permit.slot,
            "max_bytes": permit.max_bytes,
        }
        told = {
            "sid": who.session_id and str(who.session_id),
            "roles": None if who.roles_by_password is None else sorted(who.roles_by_password),
            "back": permit.back,
        }
        claims |= {name: value for name, value in told.items() if value is not None}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])

    def read(self, signed: str) -> tuple[Permit, Actor]:
        """Return a permit and who sends by it. Raises `PermitInvalid` or `PermitExpired`."""
        claims = self._claims(signed)
        if now().timestamp() >= claims["exp"]:
            raise PermitExpired
        return _permit(claims), _actor(claims)

    def read_old(self, signed: str) -> Permit:
        """Return a permit of ours also when it is over. Raises `PermitInvalid`."""
        return _permit(self._claims(signed))

    def _claims(self, signed: str) -> dict[str, Any]:
        try:
            token = jwt.decode(signed, self._key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise PermitInvalid from error
        if token.header.get("typ") != _TYPE:
            raise PermitInvalid
        return token.claims


def _permit(claims: dict[str, Any]) -> Permit:
    return Permit(claims["slot"], claims["max_bytes"], claims.get("back"))


def _actor(claims: dict[str, Any]) -> Actor:
    """Make the person of a permit: with no scope, so it opens nothing but uploads."""
    roles = claims.get("roles")
    return Actor(
        person_id=UUID(claims["sub"]),
        client_id=claims["client_id"],
        region=claims["region"],
        scopes=frozenset(),
        amr=tuple(claims["amr"]),
        auth_time=0,
        issued_at=claims["iat"],
        session_id=UUID(claims["sid"]) if "sid" in claims else None,
        roles_by_password=None if roles is None else frozenset(roles),
    )
