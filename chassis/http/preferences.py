"""What a caller would rather have (RFC 7240): here, an answer to a change without all the rest."""

import re

from flask import request

APPLIED = "Preference-Applied"
MINIMAL = "return=minimal"
_ASKED = re.compile(r'(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:[;,]|$)', re.IGNORECASE)


def prefers_minimal() -> bool:
    """Tell whether the caller asks for `Prefer: return=minimal`."""
    return _ASKED.search(request.headers.get("Prefer", "")) is not None
