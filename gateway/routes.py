"""Which service answers which public path, taken from the manifests.

The same table feeds the WSGI edge and the nginx configuration, so both behave alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chassis.process.manifest import MEBIBYTE, Manifest, ManifestInvalid, Route

PORTAL = "portal"
GATEWAY = "gateway"
EDGE_STATUS = "/edge/status"  # nginx's own figures, inside
OWN_PAGES = ("/", "/openapi.json", "/docs", "/docs/", "/front/")

# Forms with what people type. Files go to documents: the portal carries none.
PORTAL_ROUTE = Route("/portal/", max_body=2 * MEBIBYTE, rate=50.0, burst=100)
GATEWAY_ROUTE = Route("/", max_body=0, rate=50.0, burst=100)


class RouteTaken(ManifestInvalid):
    """Two services claim the same public prefix."""


@dataclass(frozen=True)
class Target:
    """Who answers a path, and the limits that hold for it."""

    owner: str
    route: Route


class RouteTable:
    """Every public prefix with its owner; the longest prefix wins."""

    def __init__(self, targets: Iterable[Target]) -> None:
        by_prefix: dict[str, Target] = {}
        for target in targets:
            first = by_prefix.setdefault(target.route.prefix, target)
            if first.owner != target.owner:
                raise RouteTaken(
                    f"{target.route.prefix} is claimed by {first.owner} and {target.owner}"
                )
        self.targets = tuple(sorted(by_prefix.values(), key=_longest_first))

    def find(self, path: str) -> Target | None:
        """Return who answers `path`, or None when nobody does."""
        for target in self.targets:
            if covers(target.route.prefix, path):
                return target
        return _OWN if is_own_page(path) else None


_OWN = Target(GATEWAY, GATEWAY_ROUTE)


def table(manifests: Mapping[str, Manifest], *, with_portal: bool = True) -> RouteTable:
    """Build the table of all services, and of the portal when it is there."""
    targets = [
        Target(manifest.name, route) for manifest in manifests.values() for route in manifest.routes
    ]
    if with_portal:
        targets.append(Target(PORTAL, PORTAL_ROUTE))
    return RouteTable(targets)


def covers(prefix: str, path: str) -> bool:
    """`/a/` covers what lies below it; `/a` covers itself and what lies below, never `/ab`."""
    if prefix.endswith("/"):
        return path.startswith(prefix) or path == prefix[:-1]
    return path == prefix or path.startswith(prefix + "/")


def is_own_page(path: str) -> bool:
    return path in OWN_PAGES or path.startswith(("/docs/", "/front/"))


def _longest_first(target: Target) -> int:
    return -len(target.route.prefix)
