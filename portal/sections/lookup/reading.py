"""What the status page needs, from the API."""

from typing import Any

from portal.shell.cases import API
from portal.shell.signed_in import visitor_api


def status_of(number: str, lookup_code: str) -> Any:
    """Read where a proposal is. Raises `ApiRefused` when the two do not match."""
    body = {"number": number.strip(), "lookup_code": lookup_code.strip().upper()}
    return visitor_api().send("POST", f"{API}/status", body).data
