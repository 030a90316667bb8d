"""Reads an upload from the wire straight into a spool: once, hashed on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, ClassVar, cast
from uuid import UUID

from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from chassis.kernel.errors import FieldError, Invalid, Refused
from chassis.process.manifest import MEBIBYTE
from services.documents.adapters.spool import Spool
from services.documents.api.requests import UploadForm
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.names import shown_name
from services.documents.domain.refusals import DocumentTooLarge
from services.documents.usecases.receiving import Arrival

_MULTIPART = "multipart/form-data"
_ROOM_FOR_FORM = MEBIBYTE
_MOST_PARTS = 8


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


@contextmanager
def arriving(owner_id: UUID) -> Iterator[Arrival]:
    """Read the request's one file; it is gone after the block.

    Raises `NotMultipart`, `FormUnreadable`, `DocumentTooLarge`, or `Invalid` with pointers.
    """
    spools: list[Spool] = []
    try:
        form, files = _parsed(spools)
        max_bytes = _max_bytes(form)
        part = _one_file(files)
        yield Arrival(owner_id, shown_name(part.filename), cast(Spool, part.stream), max_bytes)
    finally:
        for spool in spools:
            spool.close()


def _parsed(spools: list[Spool]) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    def new_spool(*_args: Any, **_kwargs: Any) -> IO[bytes]:
        spools.append(Spool())
        return cast(IO[bytes], spools[-1])

    if request.mimetype != _MULTIPART:
        raise NotMultipart
    request.max_content_length = MAX_BYTES + _ROOM_FOR_FORM
    parser = FormDataParser(
        stream_factory=new_spool,
        max_form_memory_size=_ROOM_FOR_FORM,
        max_content_length=request.max_content_length,
        max_form_parts=_MOST_PARTS,
        silent=False,
    )
    try:
        _, form, files = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except RequestEntityTooLarge:
        raise DocumentTooLarge(max_bytes=MAX_BYTES) from None
    except ValueError:
        raise FormUnreadable from None
    return form, files


def _max_bytes(form: MultiDict[str, str]) -> int:
    loaded: dict[str, int] = UploadForm().load(form.to_dict())
    return loaded["max_bytes"]


def _one_file(files: MultiDict[str, FileStorage]) -> FileStorage:
    for name in files:
        if name != "file":
            raise ValidationError({name: ["Unknown field."]})
    parts = files.getlist("file")
    if len(parts) != 1:
        wrong = FieldError(
            "/file", "required", "Pilih tepat satu berkas.", "Send exactly one file."
        )
        raise Invalid(errors=[wrong])
    return parts[0]
