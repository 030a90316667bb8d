"""The headers with which nginx protects its answers, the same as the embedded edge's.

A block of nginx that adds a header of its own inherits none, so each such block lists them all.
"""

from collections.abc import Collection, Iterable

from gateway.headers import HSTS, HSTS_SUBDOMAINS, SECURITY


def maps(hsts_subdomains: str) -> Iterable[str]:
    """Write the maps: what stands behind may say another value, and plain HTTP promises no TLS.

    `hsts_subdomains` is a switch in words, or what is replaced by it later.
    """
    for number, (name, value) in enumerate(SECURITY):
        upstream = f"$upstream_http_{name.lower().replace('-', '_')}"
        yield f'map {upstream} $simpul_header_{number} {{ "" "{value}"; default ""; }}'
    yield f'map "$https {hsts_subdomains}" $simpul_hsts {{'
    yield f'  default ""; "~*^on (?:on|true|yes|1)$" "{HSTS_SUBDOMAINS[1]}"; "~^on " "{HSTS[1]}";'
    yield "}"


def added(*, but: Collection[str] = ()) -> Iterable[str]:
    """Write the headers of a block; those named in `but` it says itself."""
    for number, (name, _value) in enumerate(SECURITY):
        if name not in but:
            yield f"add_header {name} $simpul_header_{number} always;"
    yield f"add_header {HSTS[0]} $simpul_hsts always;"
    yield "add_header X-Request-ID $request_id always;"
