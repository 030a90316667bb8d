"""The edge of the distributed form with a certificate."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import TLSVersion

import pytest
import urllib3

from chassis.process.manifest import Manifest, Route
from gateway.nginx import Listening
from gateway.routes import table
from ops.engines.nginx import Nginx
from ops.engines.process import free_port
from tests.builders.certificate import certificate
from tests.builders.engines import engine_folder, or_skipped

pytestmark = pytest.mark.live
LETTERS = Manifest("letters", {"id": "", "en": ""}, "", routes=(Route("/api/letters/"),))


@contextmanager
def running(static: Path, hsts_subdomains: str = "off") -> Iterator[tuple[int, Path]]:
    """Yield the port of an edge and the certificate to trust."""
    with or_skipped(), engine_folder() as folder:
        chain, key = certificate(folder)
        listening = Listening(
            folder / "nginx",
            free_port(),
            free_port(),
            certificate=chain,
            key=key,
            hsts_subdomains=hsts_subdomains,
        )
        server = Nginx(listening, table({"letters": LETTERS}), static)
        server.start({"letters": []})
        yield listening.port, chain
        server.stop()


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    with running(tmp_path_factory.mktemp("static")) as started:
        yield started


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/api/letters/v1", "/portal/static/x.css"])
def test_with_a_certificate_the_edge_speaks_tls_and_says_to_stay_with_it(edge, path):
    port, chain = edge
    with urllib3.PoolManager(ca_certs=str(chain), retries=False) as pool:
        answer = pool.request("GET", f"https://127.0.0.1:{port}{path}")

    assert (answer.status == 200) == (path == "/livez")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_hosts_below_are_announced_as_https_only_where_the_operator_says_so(tmp_path):
    with running(tmp_path, "on") as (port, chain):
        with urllib3.PoolManager(ca_certs=str(chain), retries=False) as pool:
            answer = pool.request("GET", f"https://127.0.0.1:{port}/livez")

    told = answer.headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("version", "ciphers", "spoken"),
    [
        (TLSVersion.TLSv1_3, "ALL", True),
        (TLSVersion.TLSv1_2, "ECDHE+AESGCM", True),
        (TLSVersion.TLSv1_2, "ECDHE+CHACHA20", True),
        (TLSVersion.TLSv1_2, "ECDHE+AES+SHA256:ECDHE+AES+SHA384", False),
        (TLSVersion.TLSv1_2, "ECDHE+AES+SHA1", False),
        (TLSVersion.TLSv1_2, "AESCCM", False),
        (TLSVersion.TLSv1_1, "ALL", False),
        (TLSVersion.TLSv1, "ALL", False),
    ],
)
def test_only_present_versions_and_ciphers_of_tls_are_spoken(edge, version, ciphers, spoken):
    port, chain = edge
    asking = ssl.create_default_context(cafile=str(chain))
    # This client would not offer by itself what must be refused.
    asking.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    asking.minimum_version = asking.maximum_version = version

    assert _is_spoken(port, asking) is spoken


def _is_spoken(port: int, asking: ssl.SSLContext) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        try:
            asking.wrap_socket(plain, server_hostname="127.0.0.1").close()
        except ssl.SSLError as error:
            assert "CERTIFICATE" not in str(error)
            return False
    return True
