"""Which address nginx counts: the rules of `chassis.http.callers`, as maps."""

from collections.abc import Iterable

# Addresses as nginx and proxies write them, and of IPv6 its first 64 bits.
_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_IPV6 = "[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+"
_NETWORK = "(?:[0-9A-Fa-f]{1,4}:){4}|(?:[0-9A-Fa-f]{1,4}:){0,3}:"


def counted_addresses(proxies: int | str) -> Iterable[str]:
    """Write `$simpul_address`, which services are told, and `$simpul_counted`, which is counted.

    The entry that the outermost of our proxies wrote has as many commas behind it as there are
    proxies, with one added at the end; so none is taken where there are none.
    """
    entry = rf"(?P<simpul_entry>{_IPV4}|{_IPV6})[ \t]*(?:,[^,]*){{{proxies}}}$"
    yield 'map "$http_x_forwarded_for," $simpul_address {'
    yield rf'  default $remote_addr; "~(?:^|,)[ \t]*{entry}" $simpul_entry;'
    yield "}"
    yield "map $simpul_address $simpul_counted {"
    yield "  default $simpul_address;"
    yield '  "~*^::ffff:(?P<simpul_mapped>[0-9.]+)$" $simpul_mapped;'
    yield f'  "~^(?P<simpul_network>{_NETWORK})" $simpul_network;'
    yield "}"
