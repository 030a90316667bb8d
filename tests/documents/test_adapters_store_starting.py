import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.documents.adapters.stores.protocol import StoreUnavailable
from services.documents.adapters.stores.s3 import S3Store
from tests.builders.beside import BESIDE
from tests.documents.test_adapters_stores import put, read


class NotYet(BaseHTTPRequestHandler):
    """Answers as MinIO does until it is initialised."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Retry-After", "60")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def starting_server() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), NotYet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_server_that_is_still_starting_does_not_keep_the_person_for_a_minute():
    with starting_server() as port:
        store = S3Store.from_url(f"s3://a:b@127.0.0.1:{port}/dokumen?tls=no")
        for use in (
            lambda: put(store, "demo/aa"),
            lambda: read(store, "demo/aa"),
            lambda: store.delete("demo/aa"),
        ):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                use()
            assert time.monotonic() - began < 15 + BESIDE
        store.client._http.clear()
