"""What tus 1.0 puts into headers and bodies (https://tus.io/protocols/resumable-upload)."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import request

from chassis.kernel.errors import Refused
from chassis.kernel.words import Size
from services.documents.domain.uploads import LARGEST_PIECE, PieceTooLarge

VERSION = "1.0.0"
RESUMABLE = {"Tus-Resumable": VERSION}
_PIECE_TYPE = "application/offset+octet-stream"
_BYTES = {"type": "string", "format": "binary"}
PIECE = {"required": True, "content": {_PIECE_TYPE: {"schema": _BYTES}}}
FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["permit", "file"],
                "additionalProperties": False,
                "properties": {"permit": {"type": "string"}, "file": _BYTES},
            }
        }
    },
}


class VersionUnsupported(Refused):
    """The client speaks another version of the protocol."""

    kind = "stale"
    code = "tus_version_unsupported"
    text: ClassVar = {
        "id": f"Layanan ini berbicara tus {VERSION} (Tus-Resumable: {VERSION}).",
        "en": f"This service speaks tus {VERSION} (Tus-Resumable: {VERSION}).",
    }


class NotAPiece(Refused):
    """A piece came with another content type."""

    kind = "unsupported_media"
    code = "not_a_piece"
    text: ClassVar = {
        "id": f"Kirim potongan berkas dengan Content-Type: {_PIECE_TYPE}.",
        "en": f"Send a piece of the file with Content-Type: {_PIECE_TYPE}.",
    }


def check_version(headers: Mapping[str, str]) -> None:
    """Raise `VersionUnsupported` unless the client speaks ours."""
    if headers["version"] != VERSION:
        raise VersionUnsupported


def filename(metadata: str | None) -> str | None:
    """Return the file's name from Upload-Metadata: keys with values in Base64, by commas."""
    pairs = (pair.strip().partition(" ") for pair in (metadata or "").split(","))
    values = {key: value for key, _, value in pairs}
    try:
        return b64decode(values.get("filename", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def piece() -> bytes:
    """Read the request's piece. Raises `NotAPiece` or `PieceTooLarge`."""
    if request.mimetype != _PIECE_TYPE:
        raise NotAPiece
    content = request.stream.read(LARGEST_PIECE + 1)
    if len(content) > LARGEST_PIECE:
        raise PieceTooLarge(largest=Size(LARGEST_PIECE))
    return content


def progress(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that say how far an upload came."""
    numbers = {"Upload-Offset": str(told["offset"]), "Upload-Length": str(told["length"])}
    return {**numbers, **RESUMABLE}
