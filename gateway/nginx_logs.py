"""The edge's access log: a line of JSON for each request.

Who asked, for whom and with which words is nobody's to read: an address may hold a link that signs
in. The request id leads to the lines of the services; the id that the caller gave is only here.
"""

from collections.abc import Iterable

_MEMBERS = {
    "time": "$time_iso8601",
    "request_id": "$request_id",
    "client_request_id": "$simpul_client_id",
    "method": "$request_method",
    "route": "$simpul_route",
    "status": "$status",
    "seconds": "$request_time",
    "upstream_seconds": "$upstream_response_time",
    "upstream": "$upstream_addr",
    "received": "$request_length",
    "sent": "$bytes_sent",
}


# UUIDs and ULIDs: random names that callers give their requests, to find them by both ids.
_MADE_UP = (
    "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"
)


def line_of_a_request() -> Iterable[str]:
    """Write what a line says; the route is set where a request's location is known."""
    yield "map $http_x_request_id $simpul_client_id {"
    yield f'  default ""; "~^(?:{_MADE_UP})$" $http_x_request_id;'
    yield "}"
    written = ", ".join(f'"{name}": "{variable}"' for name, variable in _MEMBERS.items())
    yield f"log_format simpul escape=json '{{{written}}}';"
