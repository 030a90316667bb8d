"""Small unchanging files, read and gzipped once at start, so that no request compresses."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Environ = dict[str, Any]
Headers = list[tuple[str, str]]

_UNCOMPRESSED = (".png", ".jpg", ".woff2", ".gz")
_FOREVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=300"


@dataclass(frozen=True)
class StaticFile:
    """One file in both forms."""

    content_type: str
    etag: str
    plain: bytes
    zipped: bytes | None


class Statics:
    """The files below one folder, served at one prefix."""

    def __init__(self, prefix: str, folder: Path) -> None:
        self.prefix = prefix.rstrip("/") + "/"
        self._files = {
            path.relative_to(folder).as_posix(): read(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def find(self, path: str) -> StaticFile | None:
        if not path.startswith(self.prefix):
            return None
        return self._files.get(path[len(self.prefix) :])


def answer(file: StaticFile, environ: Environ) -> tuple[str, Headers, bytes]:
    """Choose status, headers and form of the file for this request."""
    versioned = f"v={file.etag}" in str(environ.get("QUERY_STRING", ""))
    headers = [
        ("ETag", f'"{file.etag}"'),
        ("Cache-Control", _FOREVER if versioned else _SHORT),
        ("Vary", "Accept-Encoding"),
    ]
    if file.etag in str(environ.get("HTTP_IF_NONE_MATCH", "")):
        return "304 Not Modified", headers, b""
    body = file.plain
    if file.zipped is not None and "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", "")):
        headers.append(("Content-Encoding", "gzip"))
        body = file.zipped
    headers += [("Content-Type", file.content_type), ("Content-Length", str(len(body)))]
    return "200 OK", headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body


def fingerprint(data: bytes) -> str:
    """The part of a hash that names a version of a file in `?v=` and in its ETag."""
    return hashlib.sha256(data).hexdigest()[:16]


def read(path: Path) -> StaticFile:
    """Read a file and gzip it."""
    data = path.read_bytes()
    zipped = None if path.suffix in _UNCOMPRESSED else gzip.compress(data, 9, mtime=0)
    return StaticFile(_content_type(path), fingerprint(data), data, zipped)


def _content_type(path: Path) -> str:
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = guessed.startswith("text/") or guessed == "application/javascript"
    return f"{guessed}; charset=utf-8" if is_text else guessed
