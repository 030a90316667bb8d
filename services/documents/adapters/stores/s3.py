"""A store on any S3 server, through the minio SDK.

A server's ETag is the MD5 of what it received: it is compared with what was sent. An object of
which the server says something else is read back before it counts.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from chassis.process.telemetry import log
from services.documents.adapters.stores.deadline import connections, within
from services.documents.adapters.stores.protocol import (
    ObjectMissing,
    Sink,
    StoreFull,
    StoreUnavailable,
    StoreUrlInvalid,
    checked_key,
)

_BLOCK = 1 << 18
_ONE_PART = 16 * 1_048_576
_CONNECT_SECONDS, _READ_SECONDS, _TRIES = 2.0, 10.0, 3
# Of a whole call, every try included: the edge waits 25 s for an answer.
_LONGEST = 20.0
_CHECK_SECONDS = 1.2
_PAGE = 1000
_NO_ROOM = {"XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "EntityTooLarge"}
_CODE = re.compile(r"<Code>(\w+)</Code>")
_GONE = {"NoSuchKey", "NoSuchObject"}


@dataclass(frozen=True)
class S3Place:
    """Where the bucket is and who we are there."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    tls: bool = True

    @classmethod
    def from_url(cls, url: str) -> "S3Place":
        """Read `s3://KEY:SECRET@host:port/bucket?region=…&tls=no`. Raises `StoreUrlInvalid`."""
        parts, options = urlsplit(url), parse_qs(urlsplit(url).query)
        bucket = parts.path.strip("/")
        if not (parts.hostname and parts.username and parts.password and bucket):
            raise StoreUrlInvalid("must be s3://KEY:SECRET@host:port/bucket")
        return cls(
            endpoint=parts.netloc.rpartition("@")[2],
            bucket=bucket,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            region=options.get("region", [cls.region])[0],
            tls=options.get("tls", ["yes"])[0] not in ("no", "false", "0"),
        )


class S3Store:
    """Objects in one private bucket; only plain put, get, delete and list are used."""

    def __init__(self, place: S3Place) -> None:
        self.bucket = place.bucket
        self.client = Minio(
            endpoint=place.endpoint,
            access_key=place.access_key,
            secret_key=place.secret_key,
            secure=place.tls,
            region=place.region,
            http_client=_connections(),
        )

    @classmethod
    def from_url(cls, url: str) -> "S3Store":
        return cls(S3Place.from_url(url))

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str) -> None:
        checked_key(key)
        sent = _whole(content, size=size, sha256=sha256)
        md5 = hashlib.md5(sent, usedforsecurity=False).hexdigest()
        with _as_refusals("put"), within(_LONGEST):
            arrived = self._send(key, sent) == md5 or self._holds(key, size, sha256)
        if not arrived:
            log.error("object_differs_after_put", key=key)
            self.delete(key)
            raise StoreUnavailable

    def read(self, key: str, into: Sink) -> None:
        with _as_refusals("read"), within(_LONGEST):
            for block in self._blocks(key):
                into.write(block)

    def delete(self, key: str) -> None:
        with _as_refusals("delete"), within(_LONGEST):
            self.client.remove_object(bucket_name=self.bucket, object_name=checked_key(key))

    def older_than(self, moment: datetime) -> Iterator[str]:
        listed = self.client.list_objects(bucket_name=self.bucket, recursive=True)
        while page := self._page(listed):
            for item in page:
                if item.last_modified is not None and item.last_modified < moment:
                    yield item.object_name

    def check(self) -> None:
        with _as_refusals("check"), within(_CHECK_SECONDS):
            self.client.bucket_exists(bucket_name=self.bucket)

    def _page(self, listed: Iterator[Any]) -> list[Any]:
        with _as_refusals("list"), within(_LONGEST):
            return list(islice(listed, _PAGE))

    def tidy(self, moment: datetime) -> int:  # noqa: ARG002 - a put is one request: no leftovers
        return 0

    def _send(self, key: str, content: bytes) -> str:
        """Send an object; return what the server's ETag says."""

        def send() -> str:
            kept = self.client.put_object(
                bucket_name=self.bucket,
                object_name=key,
                data=BytesIO(content),
                length=len(content),
                content_type="application/pdf",
                part_size=_ONE_PART,
            )
            return (kept.etag or "").strip('"').lower()

        try:
            return send()
        except MinioException as error:
            if _code(error) != "NoSuchBucket":
                raise
            self._make_bucket()
            return send()

    def _make_bucket(self) -> None:
        if not self.client.bucket_exists(bucket_name=self.bucket):
            self.client.make_bucket(bucket_name=self.bucket)

    def _holds(self, key: str, size: int, sha256: str) -> bool:
        digest, read = hashlib.sha256(), 0
        try:
            for block in self._blocks(key):
                digest.update(block)
                read += len(block)
        except ObjectMissing:
            raise StoreUnavailable from None
        return (read, digest.hexdigest()) == (size, sha256)

    def _blocks(self, key: str) -> Iterator[bytes]:
        with _as_refusals("read", missing=key):
            answer = self.client.get_object(bucket_name=self.bucket, object_name=checked_key(key))
            try:
                yield from answer.stream(_BLOCK)
            finally:
                answer.close()
                answer.release_conn()


def _whole(content: BinaryIO, *, size: int, sha256: str) -> bytes:
    """Read what is to be sent, once. Raises `StoreUnavailable` when it is something else.

    The SDK sends a part from memory anyway.
    """
    content.seek(0)
    read = content.read(size + 1)
    if (len(read), hashlib.sha256(read).hexdigest()) != (size, sha256):
        raise StoreUnavailable
    return read


def _connections() -> Any:
    patience = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
    # A server that starts says `Retry-After: 60`; the person does not wait so long.
    retries = urllib3.Retry(
        total=_TRIES - 1,
        backoff_factor=0.2,
        status_forcelist=(500, 502, 503, 504),
        redirect=0,
        respect_retry_after_header=False,
    )
    return connections(timeout=patience, retries=retries, maxsize=16)


@contextmanager
def _as_refusals(doing: str, missing: str = "") -> Iterator[None]:
    try:
        yield
    except MinioException as error:
        code = _code(error)
        if missing and code in _GONE:
            raise ObjectMissing(missing) from None
        log.error("store_refused", doing=doing, answer=code)
        raise (StoreFull if code in _NO_ROOM else StoreUnavailable) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        log.error("store_unreachable", doing=doing, error=type(error).__name__)
        raise StoreUnavailable from error


def _code(error: MinioException) -> str:
    """Return S3's error code, also from servers whose XML the SDK does not take for XML."""
    if isinstance(error, S3Error):
        return str(error.code)
    match = _CODE.search(str(error))
    return match[1] if match else type(error).__name__
