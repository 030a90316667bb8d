import errno
import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.documents.adapters.stores import folder as folder_module
from services.documents.adapters.stores import s3 as s3_module
from services.documents.adapters.stores.folder import FolderStore
from services.documents.adapters.stores.opening import open_store
from services.documents.adapters.stores.protocol import (
    ObjectMissing,
    ObjectStore,
    StoreFull,
    StoreUnavailable,
    StoreUrlInvalid,
)
from services.documents.adapters.stores.s3 import S3Place, S3Store
from tests.documents.s3_server import CuttingProxy, S3Server, s3_server

CONTENT = bytes(range(256)) * 4000
SOON = timedelta(minutes=5)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(params=["file", pytest.param("s3", marks=pytest.mark.live)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "file":
        return open_store(f"file:{tmp_path / 'objects'}")
    return open_store(request.getfixturevalue("server").url)


def put(store: ObjectStore, key: str, content: bytes = CONTENT) -> None:
    store.put(key, BytesIO(content), size=len(content), sha256=sha256(content).hexdigest())


def read(store: ObjectStore, key: str) -> bytes:
    into = BytesIO()
    store.read(key, into)
    return into.getvalue()


def later() -> datetime:
    return datetime.now(UTC) + SOON


class TestEveryStore:
    def test_gives_back_the_bytes_it_was_given(self, store: ObjectStore):
        put(store, "demo/2026/11/aa01")

        assert read(store, "demo/2026/11/aa01") == CONTENT

    def test_takes_ten_megabytes(self, store: ObjectStore):
        content = os.urandom(10 * 1_048_576)
        put(store, "demo/2026/11/aa02", content)

        assert read(store, "demo/2026/11/aa02") == content

    def test_says_that_an_object_is_missing(self, store: ObjectStore):
        put(store, "demo/2026/11/aa03")

        with pytest.raises(ObjectMissing):
            read(store, "demo/2026/11/none")

    def test_forgets_what_is_deleted_and_deletes_twice_without_complaint(self, store: ObjectStore):
        put(store, "demo/2026/11/aa04")

        store.delete("demo/2026/11/aa04")
        store.delete("demo/2026/11/aa04")

        with pytest.raises(ObjectMissing):
            read(store, "demo/2026/11/aa04")

    def test_lists_objects_by_age(self, store: ObjectStore):
        put(store, "demo/2026/11/aa05")
        put(store, "lain/2026/11/aa06")

        assert {"demo/2026/11/aa05", "lain/2026/11/aa06"} <= set(store.older_than(later()))
        assert list(store.older_than(datetime.now(UTC) - SOON)) == []

    def test_refuses_bytes_that_are_not_the_announced_ones(self, store: ObjectStore):
        with pytest.raises(StoreUnavailable):
            store.put("demo/2026/11/aa07", BytesIO(b"x" * 9), size=9, sha256="0" * 64)

        with pytest.raises(ObjectMissing):
            read(store, "demo/2026/11/aa07")
        assert "demo/2026/11/aa07" not in store.older_than(later())

    @pytest.mark.parametrize("key", ["", "../a", "/etc/passwd", "a//b", "a/..", ".incoming/a", "A"])
    def test_has_no_object_outside_itself(self, store: ObjectStore, key: str):
        for use in (put, read, lambda one, name: one.delete(name)):
            with pytest.raises(ValueError, match="not an object key"):
                use(store, key)

    def test_keeps_objects_apart_when_written_at_once(self, store: ObjectStore):
        contents = {f"demo/2026/11/bb{n:02}": os.urandom(50_000 + n) for n in range(12)}
        threads = [
            threading.Thread(target=put, args=(store, key, content))
            for key, content in contents.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {key: read(store, key) for key in contents} == contents


class TestTheFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> FolderStore:
        return FolderStore(tmp_path / "objects")

    def test_is_readable_by_its_owner_only(self, folder: FolderStore):
        put(folder, "demo/2026/11/aa")

        modes = {path.stat().st_mode & 0o777 for path in folder.root.rglob("*") if path.is_file()}
        folders = {path.stat().st_mode & 0o777 for path in folder.root.rglob("*") if path.is_dir()}
        assert (modes, folders) == ({0o600}, {0o700})

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    @pytest.mark.parametrize("when", ["fsync", "open"])
    def test_full_leaves_nothing_half_written(
        self, folder: FolderStore, monkeypatch: pytest.MonkeyPatch, number: int, when: str
    ):
        put(folder, "demo/2026/11/aa")

        def full(*_args: object) -> int:
            raise OSError(number, "no room")

        monkeypatch.setattr(folder_module.os, when, full)
        with pytest.raises(StoreFull):
            put(folder, "demo/2026/11/bb")
        monkeypatch.undo()

        assert list(folder.older_than(later())) == ["demo/2026/11/aa"]
        assert list(folder.incoming.iterdir()) == []
        put(folder, "demo/2026/11/bb")

    @pytest.mark.live
    def test_on_a_disk_that_really_is_full_says_so_and_goes_on_when_there_is_room(
        self, tmp_path: Path
    ):
        disk = tmp_path / "disk"
        disk.mkdir()
        if os.system(f"mount -t tmpfs -o size=256k tmpfs {disk} 2>/dev/null"):  # noqa: S605
            pytest.skip("may not mount here")
        try:
            store = FolderStore(disk / "objects")
            put(store, "demo/aa", b"x" * 100_000)
            with pytest.raises(StoreFull):
                put(store, "demo/bb", b"y" * 200_000)
            assert list(store.older_than(later())) == ["demo/aa"]
            assert list(store.incoming.iterdir()) == []
            store.delete("demo/aa")
            put(store, "demo/bb", b"y" * 200_000)
        finally:
            os.system(f"umount {disk}")  # noqa: S605

    def test_that_may_not_be_written_is_unavailable(
        self, folder: FolderStore, monkeypatch: pytest.MonkeyPatch
    ):
        def refuse(*_args: object) -> int:
            raise PermissionError(errno.EACCES, "no")

        monkeypatch.setattr(folder_module.os, "open", refuse)
        with pytest.raises(StoreUnavailable):
            put(folder, "demo/2026/11/aa")

    def test_tidies_what_a_crash_in_the_middle_of_writing_left(self, folder: FolderStore):
        put(folder, "demo/2026/11/aa")
        left = folder.incoming / "0f.part"
        left.write_bytes(b"half")

        assert folder.tidy(datetime.now(UTC) - SOON) == 0
        assert folder.tidy(later()) == 1
        assert not left.exists()
        assert read(folder, "demo/2026/11/aa") == CONTENT

    def test_never_lists_what_is_still_being_written(self, folder: FolderStore):
        folder.incoming.mkdir(parents=True)
        (folder.incoming / "0f.part").write_bytes(b"half")

        assert list(folder.older_than(later())) == []


@pytest.mark.live
class TestTheS3Store:
    def test_that_went_away_is_unavailable_and_works_again_when_back(self, tmp_path: Path):
        with s3_server(tmp_path) as server:
            store = S3Store.from_url(server.url)
            put(store, "demo/aa")
            server.stop()
            for use in (
                lambda: put(store, "demo/bb"),
                lambda: read(store, "demo/aa"),
                lambda: store.delete("demo/aa"),
                lambda: list(store.older_than(later())),
            ):
                with pytest.raises(StoreUnavailable):
                    use()
            with s3_server(tmp_path, server.port):
                assert read(store, "demo/aa") == CONTENT
                put(store, "demo/bb")

    def test_with_the_wrong_secret_is_unavailable(self, server: S3Server):
        store = S3Store.from_url(server.url.replace("rahasia", "salah"))

        with pytest.raises(StoreUnavailable):
            put(store, "demo/cc")

    def test_finds_that_other_bytes_were_kept(
        self, server: S3Server, monkeypatch: pytest.MonkeyPatch
    ):
        store = S3Store.from_url(server.url)
        send = store.client.put_object

        def flip(**given: object) -> object:
            data = bytearray(given["data"].read())  # type: ignore[attr-defined]
            data[100] ^= 1
            return send(**{**given, "data": BytesIO(bytes(data))})

        monkeypatch.setattr(store.client, "put_object", flip)
        with pytest.raises(StoreUnavailable):
            put(store, "demo/dd")
        with pytest.raises(ObjectMissing):
            read(store, "demo/dd")

    def test_reads_nothing_back_that_the_server_says_it_has(
        self, server: S3Server, monkeypatch: pytest.MonkeyPatch
    ):
        store = S3Store.from_url(server.url)
        put(store, "demo/gg")
        with monkeypatch.context() as blind:
            blind.setattr(store.client, "get_object", None)
            put(store, "demo/gg")

        assert read(store, "demo/gg") == CONTENT

    @pytest.mark.parametrize("said", [None, "", '"0123456789abcdef0123456789abcdef-1"'])
    def test_reads_back_what_a_server_without_md5_has(
        self, server: S3Server, monkeypatch: pytest.MonkeyPatch, said: str | None
    ):
        store = S3Store.from_url(server.url)
        send, fetch, fetched = store.client.put_object, store.client.get_object, list[str]()

        def told(**given: Any) -> Any:
            return SimpleNamespace(etag=said, kept=send(**given))

        def seen(**given: Any) -> Any:
            fetched.append(given["object_name"])
            return fetch(**given)

        monkeypatch.setattr(store.client, "put_object", told)
        monkeypatch.setattr(store.client, "get_object", seen)
        put(store, "demo/hh")

        assert fetched == ["demo/hh"]
        assert read(store, "demo/hh") == CONTENT

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
    def test_an_answer_cut_on_the_way_is_not_taken_for_the_object(
        self, server: S3Server, monkeypatch: pytest.MonkeyPatch, share: float
    ):
        monkeypatch.setattr(s3_module, "_TRIES", 1)
        put(S3Store.from_url(server.url), "demo/ee")
        with CuttingProxy(server.port, int(len(CONTENT) * share)) as port:
            store = S3Store.from_url(server.url.replace(f":{server.port}/", f":{port}/"))

            with pytest.raises(StoreUnavailable):
                read(store, "demo/ee")

    def test_that_accepts_and_never_answers_is_given_up(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(s3_module, "_READ_SECONDS", 0.1)
        monkeypatch.setattr(s3_module, "_TRIES", 2)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            port = silent.getsockname()[1]
            store = S3Store.from_url(f"s3://a:b@127.0.0.1:{port}/dokumen?tls=no")

            with pytest.raises(StoreUnavailable):
                put(store, "demo/ff")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (
            "s3://k:s@s3.contoh.example/dokumen",
            S3Place("s3.contoh.example", "dokumen", "k", "s", "us-east-1", tls=True),
        ),
        (
            "s3://k:a%2Fb@10.0.0.9:9000/dokumen?region=id-1&tls=no",
            S3Place("10.0.0.9:9000", "dokumen", "k", "a/b", "id-1", tls=False),
        ),
    ],
)
def test_an_s3_address_is_read(url: str, place: S3Place):
    assert S3Place.from_url(url) == place


@pytest.mark.parametrize(
    "url",
    ["s3://host/bucket", "s3://k:s@host", "s3://k@host/b", "file:relative", "ftp://x", "x", ""],
)
def test_an_address_that_names_no_store_is_refused(url: str):
    with pytest.raises(StoreUrlInvalid):
        open_store(url)
