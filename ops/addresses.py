"""Where people reach a system: its public address, and whether others than its owner can."""

import argparse
import ipaddress
import os
import socket
from urllib.parse import urlsplit

from ops.speech import Stop, choose

ANY_ADDRESS = ("0.0.0.0", "::", "")
# Of the documentation range (RFC 5737): asked for a route, nothing is sent to it.
_ELSEWHERE = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))


def add_host(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which of this machine's addresses to listen on."""
    parser.add_argument(
        "--host",
        metavar=choose("ALAMAT", "ADDRESS"),
        default="127.0.0.1",
        help=choose("alamat (bawaan: %(default)s)", "address (default: %(default)s)"),
    )


def public_url(host: str, port: int, told: str | None = None) -> str:
    """Return the address in tokens and links; `told` or PUBLIC_URL where it is another's to say.

    On every address of the machine it is the one that others on the network reach it by, so that
    a telephone is sent nowhere else. Raises `Stop` for a public address that is none.
    """
    if public := told or os.environ.get("PUBLIC_URL"):
        return checked(public)
    return address_of(host, port)


def address_of(host: str, port: int, scheme: str = "http") -> str:
    name = network_address() if host in ANY_ADDRESS else host
    return f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"


def checked(url: str) -> str:
    """Return a public address without a slash at its end. Raises `Stop`."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise Stop(
            f"{url} bukan alamat seperti https://simpul.kota-x.example",
            f"{url} is no address such as https://simpul.kota-x.example",
        )
    return f"{parts.scheme}://{parts.netloc}"


def network_address() -> str:
    """Return this machine's address on its network, of this machine alone where it has none."""
    for elsewhere, family in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asking:
                asking.connect((elsewhere, 9))
                return str(asking.getsockname()[0])
        except OSError:
            continue
    return "127.0.0.1"


def is_reachable_from_outside(host: str, url: str) -> bool:
    """Tell whether others can reach what listens on `host` and is known as `url`."""
    return not (is_loopback(host) and is_loopback(urlsplit(url).hostname or ""))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
