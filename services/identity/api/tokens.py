"""What is written into a token. Roles never are: they change faster than tokens age."""

from datetime import datetime, timedelta
from typing import Any

from chassis.http.auth import AUDIENCE, TOKEN_TYPE
from chassis.http.sessions import LONGEST_LIFE
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import ALL
from chassis.process.runtime import here
from services.identity.adapters.sealing import new_token
from services.identity.adapters.signing import sign
from services.identity.usecases.authorizing import Grantee
from services.identity.usecases.signing_keys import signing_key

CLIENT_LIFE = timedelta(minutes=5)


def for_person(client_id: str, user: Grantee, scope: str) -> dict[str, Any]:
    """Return a token answer for a person."""
    claims = {
        "sub": str(user.employee_id),
        "client_id": client_id,
        "region": user.region,
        "scope": scope,
        "amr": user.amr,
        "auth_time": int(user.auth_time.timestamp()),
        "sid": str(user.family_id),
    }
    if "otp" not in user.amr:
        claims["roles_by_password"] = user.roles_by_password
    issued = max(now(), user.not_before or now())
    answer = _answer(claims, issued=issued, life=LONGEST_LIFE)
    if user.refresh_token or "offline_access" in scope.split():
        answer["refresh_token"] = user.refresh_token or new_token()
    if user.idle is not None:
        answer["idle_timeout"] = int(user.idle.total_seconds())
    return answer


def for_client(client_id: str, scope: str) -> dict[str, Any]:
    """Return a token answer for a service, which works in all regions."""
    claims = {
        "sub": f"client:{client_id}",
        "client_id": client_id,
        "region": ALL,
        "scope": scope,
    }
    return _answer(claims, issued=now(), life=CLIENT_LIFE)


def _answer(claims: dict[str, Any], *, issued: datetime, life: timedelta) -> dict[str, Any]:
    second = int(issued.timestamp())
    lifetime = int(life.total_seconds())
    whole = {
        "iss": here().settings.public_url,
        "aud": AUDIENCE,
        **claims,
        "iat": second,
        "exp": second + lifetime,
        "jti": str(uuid7()),
    }
    return {
        "token_type": "Bearer",
        "access_token": sign(signing_key(), whole, typ=TOKEN_TYPE),
        "expires_in": lifetime,
        "scope": claims["scope"],
    }
