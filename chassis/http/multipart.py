"""Reading a form with one file in it: `multipart/form-data`, bounded before it is read."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, ClassVar, cast

from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from chassis.kernel.errors import FieldError, Invalid, Refused
from chassis.process.manifest import MEBIBYTE

_MULTIPART = "multipart/form-data"
_ROOM_FOR_FORM = MEBIBYTE
_MOST_PARTS = 8
_BLOCK = 1 << 18  # each is searched and copied as a whole


class NotMultipart(Refused):
    """An upload must be multipart/form-data."""

    kind = "unsupported_media"
    code = "not_multipart"
    text: ClassVar = {
        "id": "Kirim berkas sebagai formulir (multipart/form-data).",
        "en": "Send the file as a form (multipart/form-data).",
    }


class FormUnreadable(Refused):
    """The form is cut or malformed."""

    kind = "malformed"
    code = "form_unreadable"
    text: ClassVar = {
        "id": "Unggahan terputus atau tidak lengkap. Coba unggah kembali.",
        "en": "The upload was cut or is incomplete. Send it again.",
    }


def _spool() -> IO[bytes]:
    return SpooledTemporaryFile(max_size=MEBIBYTE)


@contextmanager
def form_with_file(
    *,
    max_bytes: int,
    too_large: Refused,
    new_stream: Callable[[], IO[bytes]] = _spool,
    check: Callable[[dict[str, str]], None] | None = None,
) -> Iterator[tuple[dict[str, str], FileStorage]]:
    """Give the form's fields and its one file, named `file`, which is gone after the block.

    `check` is told the fields that come before the file, and may refuse it unread. Raises
    `NotMultipart`, `FormUnreadable`, `too_large`, or `Invalid` with pointers.
    """
    with ExitStack() as streams:

        def opened(*_args: Any, **_kwargs: Any) -> IO[bytes]:
            stream = new_stream()
            streams.callback(stream.close)
            return stream

        form, files = _parsed(max_bytes, too_large, opened, check)
        yield form.to_dict(), _one_file(files)


def _parsed(
    max_bytes: int,
    too_large: Refused,
    stream_factory: Callable[..., IO[bytes]],
    check: Callable[[dict[str, str]], None] | None,
) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    if request.mimetype != _MULTIPART:
        raise NotMultipart
    request.max_content_length = max_bytes + _ROOM_FOR_FORM
    parser = MultiPartParser(
        stream_factory=stream_factory,
        max_form_memory_size=_ROOM_FOR_FORM,
        max_form_parts=_MOST_PARTS,
        buffer_size=_BLOCK,
    )
    try:
        boundary = _boundary()
        stream = _Ahead(request.stream)
        if check is not None:
            check(stream.fields(boundary))
        form, files = parser.parse(cast(IO[bytes], stream), boundary, request.content_length)
    except RequestEntityTooLarge:
        raise too_large from None
    except ValueError:
        raise FormUnreadable from None
    return form, files


def _boundary() -> bytes:
    """Return what stands between the parts. Raises `ValueError` where nothing does."""
    boundary = request.mimetype_params.get("boundary", "").encode("ascii")
    if not boundary:
        raise ValueError("no boundary")
    return boundary


class _Ahead:
    """A body that can be looked into as far as its first file, and is then read from its start."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._seen: deque[bytes] = deque()

    def fields(self, boundary: bytes) -> dict[str, str]:
        """Return the fields before the first file. Raises `ValueError` for what is no form."""
        decoder = MultipartDecoder(
            boundary, max_form_memory_size=_ROOM_FOR_FORM, max_parts=_MOST_PARTS
        )
        fields, name, left = dict[str, str](), "", _ROOM_FOR_FORM
        while block := self._stream.read(_BLOCK):
            if (left := left - len(block)) < 0:
                raise RequestEntityTooLarge
            self._seen.append(block)
            decoder.receive_data(block)
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue | File):
                if isinstance(event, Field):
                    name, fields[event.name] = event.name, ""
                elif isinstance(event, Data):
                    fields[name] += event.data.decode("utf-8", "replace")
            if not isinstance(event, NeedData):
                break
        return fields

    def read(self, size: int = -1, /) -> bytes:
        return self._seen.popleft() if self._seen else self._stream.read(size)


def _one_file(files: MultiDict[str, FileStorage]) -> FileStorage:
    for name in files:
        if name != "file":
            raise ValidationError({name: ["Unknown field."]})
    parts: list[FileStorage] = files.getlist("file")
    if len(parts) != 1:
        wrong = FieldError(
            "/file", "required", "Pilih tepat satu berkas.", "Send exactly one file."
        )
        raise Invalid(errors=[wrong])
    return parts[0]
