"""From which address a request came, by nobody's word but our own proxies'.

The edge counts the proxies in front of it (setting PROXIES_IN_FRONT) and hands services one
address. Behind nginx that address is the only entry of X-Forwarded-For; in one process it is
REMOTE_ADDR. So whatever counts addresses, counts the same ones.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
WSGIApp = Callable[[Environ, Any], Iterable[bytes]]

FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"
_NETWORK = 64  # of IPv6, what one subscriber is given: the rest of an address is free to choose


def trust_proxies(environ: Environ, proxies: int) -> None:
    """Take the address from our own proxies in front, if there are any, and drop what was said.

    The entry that our outermost proxy wrote counts; those to its left came with the request.
    What is no address stands for the proxy's own.
    """
    entries = str(environ.pop(FORWARDED_FOR, "")).split(",")
    if proxies and len(entries) >= proxies and (written := _address(entries[-proxies])):
        environ["REMOTE_ADDR"] = written


def behind_edge(app: WSGIApp) -> WSGIApp:
    """Wrap what listens behind nginx alone, which writes the one address it counted."""

    def serve(environ: Environ, start_response: Any) -> Iterable[bytes]:
        trust_proxies(environ, 1)
        return app(environ, start_response)

    return serve


def network_of(address: str) -> str:
    """Return what is counted of an address: IPv4 whole, of IPv6 the /64."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(number, ipaddress.IPv4Address):
        return str(number)
    if number.ipv4_mapped:
        return str(number.ipv4_mapped)
    return str(ipaddress.ip_network((number, _NETWORK), strict=False).network_address)


def _address(written: str) -> str:
    try:
        return str(ipaddress.ip_address(written.strip()))
    except ValueError:
        return ""
