"""A worker tells of itself on an address of its own, and serves nobody else there."""

from collections.abc import Iterator

import pytest
import urllib3

from chassis.process.config import address
from chassis.run import worker_pages
from tests.builders.service import Service


@pytest.fixture
def url(letters: Service) -> Iterator[str]:
    server = worker_pages.serve(letters.app, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", worker_pages.PAGES)
def test_a_worker_answers_as_every_process_does(url, path):
    assert urllib3.request("GET", url + path, timeout=10).status == 200


def test_a_workers_metrics_are_those_of_its_process(letters, url):
    letters.hear()
    text = urllib3.request("GET", f"{url}/metrics", timeout=10).data.decode()

    assert 'simpul_database_connections{service="letters",state="in_use"}' in text
    assert "# TYPE simpul_events_handled_total counter" in text


@pytest.mark.parametrize("path", ["/api/letters/v1/letters", "/", "/metrics/", "/livez/../api"])
def test_a_worker_takes_no_other_request(url, path):
    assert urllib3.request("GET", url + path, timeout=10).status == 404


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", None),
        ("0.0.0.0:8000", ("0.0.0.0", 8000)),
        ("worker.internal:9", ("worker.internal", 9)),
    ],
)
def test_an_address_is_host_and_port_or_none(text, read):
    assert address(text) == read


@pytest.mark.parametrize("text", ["8000", ":8000", "host", "host:x"])
def test_half_an_address_is_refused(text):
    with pytest.raises(ValueError, match="host:port"):
        address(text)
