"""An S3 server that is there but hardly moves, behind a slow link."""

import hashlib
import io
import time

import pytest

from ops.engines.s3 import S3
from services.documents.adapters.stores import s3 as adapter
from services.documents.adapters.stores.protocol import ObjectMissing, StoreUnavailable
from services.documents.adapters.stores.s3 import S3Store
from tests.builders.beside import BESIDE
from tests.builders.engines import engine_folder, or_skipped
from tests.faults.links import Link

pytestmark = pytest.mark.live
CONTENT = b"%PDF-1.7 " * 2_000
KEY = "demo/aa"


@pytest.fixture(scope="module")
def server():
    with or_skipped(), engine_folder() as folder:
        one = S3(folder / "s3", "an-access-key", "a-secret-key-of-some-length")
        one.start()
        yield one
        one.stop()


@pytest.fixture
def link(server):
    one = Link(server.port)
    yield one
    one.close()


@pytest.fixture
def store(server, link, monkeypatch):
    monkeypatch.setattr(adapter, "_LONGEST", 1.5)
    return S3Store.from_url(server.url.replace(f":{server.port}/", f":{link.port}/"))


def put(store):
    digest = hashlib.sha256(CONTENT).hexdigest()
    store.put(KEY, io.BytesIO(CONTENT), size=len(CONTENT), sha256=digest)


def a_byte_a_second(link):
    link.slow(rate=1)


@pytest.mark.parametrize(
    "broken",
    [a_byte_a_second, pytest.param(Link.half_open, marks=pytest.mark.prove(part="outages"))],
)
def test_a_call_to_a_store_that_hardly_answers_ends_and_another_works_later(store, link, broken):
    put(store)
    uses = {
        "put": lambda: put(store),
        "read": lambda: store.read(KEY, io.BytesIO()),
        "list": lambda: list(store.older_than(adapter.datetime.max)),
        "delete": lambda: store.delete(KEY),
        "check": store.check,
    }
    broken(link)
    took = {name: refused_after(use) for name, use in uses.items()}
    link.heal()
    put(store)
    whole = io.BytesIO()
    store.read(KEY, whole)

    assert max(took.values()) < 5 + BESIDE, took
    assert whole.getvalue() == CONTENT


def refused_after(use):
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        use()
    return time.monotonic() - began


@pytest.mark.parametrize("share", [0, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_put_cut_on_its_way_is_refused_and_leaves_no_half_object(server, store, link, share):
    whole = S3Store.from_url(server.url)
    whole.delete(KEY)
    link.drop_after(int(share * len(CONTENT)))
    with pytest.raises(StoreUnavailable):
        put(store)
    link.heal()

    with pytest.raises(ObjectMissing):
        whole.read(KEY, io.BytesIO())
