"""Puts gateway and portal in front of embedded services, all in one process."""

from collections.abc import Iterable
from typing import Any

from chassis.http import peers
from chassis.process.config import read
from chassis.run.embedded import Embedded
from gateway.app import create_app as create_gateway
from gateway.edge import Edge, create_edge
from gateway.settings import SETTINGS
from portal.shell.app import create_app as create_portal


def compose(built: Embedded) -> Edge:
    """Return the WSGI application that serves everything."""

    def edge_itself(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return inside(environ, start_response)

    gateway = read("gateway", SETTINGS, built.settings)
    edge = create_edge(
        built.apps,
        built.manifests,
        portal=create_portal(built.settings, edge=edge_itself),
        gateway_app=create_gateway(built.settings, built.manifests),
        public_url=built.settings["PUBLIC_URL"],
        proxies_in_front=gateway["PROXIES_IN_FRONT"],
        hsts_subdomains=gateway["HSTS_SUBDOMAINS"],
    )
    inside = edge.inside()
    peers.register_local(built.settings["PEERS_URL"], "edge", inside)
    return edge
