"""What the edge removes from a request's headers, and what it adds to those of an answer."""

import re
from typing import Any

from chassis.process.context import safe_request_id

Environ = dict[str, Any]
Headers = list[tuple[str, str]]

# A caller may not state its identity, address or path in a header.
_FORGED = re.compile(
    r"HTTP_(X_(FORWARDED|USER|AUTH|REMOTE|REAL|CLIENT|ACTOR|ROLE|REGION|TENANT|EMPLOYEE|PERSON"
    r"|SUBJECT|SCOPE|NIP|ORIGINAL|REWRITE|HTTP_METHOD|METHOD|SIMPUL|INTERNAL).*"
    r"|FORWARDED|PROXY|REMOTE_USER|TRUE_CLIENT_IP|VIA)"
)

SECURITY: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
# nginx cannot remove headers by pattern; these are the ones that some software trusts.
STRIPPED = (
    "Forwarded",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Real-IP",
    "X-User",
    "X-Role",
    "X-Region",
    "X-Tenant",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "Remote-User",
    "Proxy",
)
HSTS = ("Strict-Transport-Security", "max-age=31536000")
# Only where the operator says so: a region's main domain may have hosts below it without TLS.
HSTS_SUBDOMAINS = (HSTS[0], f"{HSTS[1]}; includeSubDomains")


def strip_forged(environ: Environ) -> None:
    """Remove every header by which a caller could claim an identity."""
    for name in [key for key in environ if key.startswith("HTTP_") and _FORGED.fullmatch(key)]:
        del environ[name]
    environ.pop("REMOTE_USER", None)


def request_id_of(environ: Environ, *, is_inside: bool) -> str:
    """Make the request's id, or keep that of the request which a part of ours asks for.

    Whatever a stranger sends could be somebody's NIP, or the id of another request, and it would
    stay in logs and security events.
    """
    return safe_request_id(environ.get("HTTP_X_REQUEST_ID") if is_inside else None)


def completed(headers: Headers, request_id: str, hsts: tuple[str, str] | None) -> Headers:
    """Add request id and security headers, keeping what the app set itself."""
    complete = [pair for pair in headers if pair[0].lower() != "x-request-id"]
    present = {name.lower() for name, _ in complete}
    complete.extend(pair for pair in SECURITY if pair[0].lower() not in present)
    if hsts:
        complete.append(hsts)
    complete.append(("X-Request-ID", request_id))
    return complete
