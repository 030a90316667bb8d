"""deploy/nginx.conf and nginx-tls.conf: the edge in the network of compose.yaml."""

from pathlib import Path

from gateway.nginx import Listening, render
from gateway.routes import table
from ops.generators.values import INTERNAL_PORT, PORT, Values
from ops.parts import FRONTS

_HEAD = "# Made by `./simpul generate`.\n"
_CERTIFICATES = Path("/etc/simpul/certificates")


def nginx(values: Values, *, tls: bool) -> str:
    """Render the edge's configuration."""
    listening = Listening(
        folder=Path("/tmp"),  # noqa: S108 - the only place a container may write
        port=PORT,
        internal_port=INTERNAL_PORT,
        host="0.0.0.0",
        internal_host="0.0.0.0",
        certificate=_CERTIFICATES / "full.pem" if tls else None,
        key=_CERTIFICATES / "key.pem" if tls else None,
        static=Path("/simpul/static"),
        resolver="127.0.0.11",
        # Both are filled in by the image, at its start.
        proxies="${PROXIES_IN_FRONT}",
        hsts_subdomains="${HSTS_SUBDOMAINS}",
    )
    upstreams = {name: [f"{name}:{PORT}"] for name in (*values.manifests, *FRONTS)}
    return _HEAD + render(table(values.manifests), upstreams, listening)
