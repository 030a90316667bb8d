"""One suite for every S3 server at hand: MinIO itself where it is installed, and rclone's.

The suite of documents' stores runs against each, and what a city may choose as its server must
pass the rest too: ranges, copies, large objects, forged signatures, a server that goes away.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import MinioException

from ops.engines.s3 import S3
from services.documents.adapters.stores.opening import open_store
from services.documents.adapters.stores.protocol import ObjectMissing, StoreUnavailable
from services.documents.adapters.stores.s3 import S3Store
from tests.builders.engines import engine_folder, or_skipped
from tests.documents.test_adapters_stores import TestEveryStore as SuiteOfEveryStore
from tests.documents.test_adapters_stores import put, read

pytestmark = pytest.mark.live
SERVERS = ("rclone", pytest.param("minio", marks=pytest.mark.prove(part="minio")))
SECRET = "a/secret+of-this-test"
CONTENT = bytes(range(256)) * 400
MEBIBYTE = 1_048_576


@contextmanager
def running(name: str) -> Iterator[S3]:
    if name == "minio" and shutil.which("minio") is None:
        pytest.skip("minio is not on PATH; where Go is, `go install` can build it")
    with or_skipped(), engine_folder() as folder:
        server = S3(folder / "s3", "test-key", SECRET, prefer=name)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[S3]:
    with running(request.param) as started:
        yield started


@pytest.fixture
def store(server: S3) -> S3Store:
    found = open_store(server.url)
    assert isinstance(found, S3Store)
    return found


@pytest.fixture
def client(store: S3Store) -> Minio:
    return store.client


class TestEveryServer(SuiteOfEveryStore):
    """The suite of documents' own stores, against this server."""


def test_a_part_of_an_object_can_be_read(store, client):
    put(store, "demo/range", CONTENT)

    answer = client.get_object(
        bucket_name=store.bucket, object_name="demo/range", offset=1000, length=500
    )
    # rclone sends the right part with status 200.
    with answer:
        assert answer.status in (200, 206)
        assert answer.data == CONTENT[1000:1500]
    answer.release_conn()


def test_size_and_time_of_an_object_are_known_without_reading_it(store, client):
    put(store, "demo/stat", CONTENT)

    found = client.stat_object(bucket_name=store.bucket, object_name="demo/stat")

    assert found.size == len(CONTENT)
    assert found.last_modified is not None


def test_a_copy_has_the_same_bytes_and_outlives_the_original(store, client):
    put(store, "demo/original", CONTENT)

    client.copy_object(
        bucket_name=store.bucket,
        object_name="demo/copy",
        source=CopySource(bucket_name=store.bucket, object_name="demo/original"),
    )
    store.delete("demo/original")

    assert read(store, "demo/copy") == CONTENT
    with pytest.raises(ObjectMissing):
        read(store, "demo/original")


def test_an_object_written_again_is_the_newer_one(store):
    put(store, "demo/twice", CONTENT)
    put(store, "demo/twice", b"newer")

    assert read(store, "demo/twice") == b"newer"


def test_an_object_larger_than_one_part_arrives_whole(store):
    content = os.urandom(20 * MEBIBYTE)

    put(store, "demo/large", content)

    assert sha256(read(store, "demo/large")).digest() == sha256(content).digest()


def test_more_bytes_than_announced_are_not_kept(store):
    with pytest.raises(StoreUnavailable):
        store.put("demo/oversize", BytesIO(CONTENT), size=100, sha256=sha256(CONTENT).hexdigest())

    with pytest.raises(ObjectMissing):
        read(store, "demo/oversize")


def test_fewer_bytes_than_announced_are_not_kept(store):
    with pytest.raises(StoreUnavailable):
        store.put("demo/short", BytesIO(b"x"), size=100, sha256=sha256(b"x").hexdigest())

    with pytest.raises(ObjectMissing):
        read(store, "demo/short")


def test_a_forged_signature_reads_and_writes_nothing(server, store):
    put(store, "demo/guarded", CONTENT)
    forger = S3Store.from_url(server.url.replace("secret", "guess"))

    with pytest.raises(StoreUnavailable):
        read(forger, "demo/guarded")
    with pytest.raises(StoreUnavailable):
        put(forger, "demo/guarded", b"forged")
    with pytest.raises(StoreUnavailable):
        forger.delete("demo/guarded")

    assert read(store, "demo/guarded") == CONTENT


def test_a_stranger_without_a_signature_gets_nothing(server, store):
    put(store, "demo/private", CONTENT)
    address = f"http://127.0.0.1:{server.port}/{store.bucket}/demo/private"

    answer = urllib3.request("GET", address, timeout=10, retries=False)

    assert answer.status in (400, 401, 403)
    assert CONTENT[:100] not in answer.data


def test_an_unknown_object_is_told_apart_from_a_failure(client, store):
    put(store, "demo/known", CONTENT)

    with pytest.raises(MinioException, match="NoSuchKey"):
        client.stat_object(bucket_name=store.bucket, object_name="demo/unknown")


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_went_away_is_a_clear_error_and_a_second_try_is_safe(name, tmp_path: Path):
    with running(name) as server:
        store = S3Store.from_url(server.url)
        put(store, "demo/before", CONTENT)
        server.stop()
        for use in (lambda: put(store, "demo/during"), lambda: read(store, "demo/before")):
            with pytest.raises(StoreUnavailable):
                use()

        server.start()
        put(store, "demo/during", CONTENT)
        put(store, "demo/during", CONTENT)

        assert read(store, "demo/before") == read(store, "demo/during") == CONTENT
