"""The edge of the distributed form with a certificate."""

import datetime as dt
import ipaddress
from pathlib import Path

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.manifest import Manifest, Route
from gateway.nginx import Listening
from gateway.routes import table
from ops.engines.nginx import Nginx
from ops.engines.process import free_port
from tests.builders.engines import engine_folder, or_skipped

pytestmark = pytest.mark.live
LETTERS = Manifest("letters", {"id": "", "en": ""}, "", routes=(Route("/api/letters/"),))


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's loopback address, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simpul.test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "edge.pem", folder / "edge.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    for path in (chain, private):
        path.chmod(0o644)  # this test's throw-away key, read by nginx's own user
    return chain, private


def test_with_a_certificate_the_edge_speaks_tls_and_says_to_stay_with_it(tmp_path):
    with or_skipped(), engine_folder() as folder:
        chain, key = certificate(folder)
        listening = Listening(
            folder / "nginx", free_port(), free_port(), certificate=chain, key=key
        )
        server = Nginx(listening, table({"letters": LETTERS}), tmp_path)
        server.start({"letters": []})
        pool = urllib3.PoolManager(ca_certs=str(chain), retries=False)
        answer = pool.request("GET", f"https://127.0.0.1:{listening.port}/livez")
        pool.clear()
        server.stop()

    assert (answer.status, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
