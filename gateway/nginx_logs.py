"""The edge's access log: a line of JSON for each request.

Who asked, for whom and with which words is nobody's to read: an address may hold a link that signs
in. The request id leads to the lines of the services.
"""

from collections.abc import Iterable

_MEMBERS = {
    "time": "$time_iso8601",
    "request_id": "$simpul_id",
    "method": "$request_method",
    "route": "$simpul_route",
    "status": "$status",
    "seconds": "$request_time",
    "upstream_seconds": "$upstream_response_time",
    "upstream": "$upstream_addr",
    "received": "$request_length",
    "sent": "$bytes_sent",
}


def line_of_a_request() -> Iterable[str]:
    """Write what a line says; the route is set where a request's location is known."""
    written = ", ".join(f'"{name}": "{variable}"' for name, variable in _MEMBERS.items())
    yield f"log_format simpul escape=json '{{{written}}}';"
