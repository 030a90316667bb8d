"""The edge of the distributed form with a certificate."""

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
