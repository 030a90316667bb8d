"""What a caller would rather have (RFC 7240): here, an answer to a change without all the rest."""

from urllib.request import parse_http_list

from flask import request

APPLIED = "Preference-Applied"
MINIMAL = "return=minimal"


def prefers_minimal() -> bool:
    """Tell whether the caller asks for `Prefer: return=minimal`; the first `return` counts."""
    for preference in parse_http_list(request.headers.get("Prefer", "")):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "return":
            return value.strip().strip('"').lower() == "minimal"
    return False
