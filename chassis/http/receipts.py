"""Reads the receipts that documents signs, offline: an upload needs no call between services.

A receipt is a compact JWS (ES256, type `receipt+jwt`) over the file's id, owner, region, hash,
size, type, pages and name. Only the key set ever comes over the network, never inside a
transaction. A service that reads receipts declares the setting `RECEIPT_KEYS`.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.http.keys import SignatureInvalid
from chassis.kernel.errors import FieldError, Invalid
from chassis.process.runtime import here

TYPE = "receipt+jwt"
LONGEST = 8000
POINTER = "/receipt"
_LONGEST_NAME = 255


class ReceiptInvalid(Invalid):
    """Not a receipt that documents signed."""

    code = "receipt_invalid"
    text = {
        "id": "Tanda terima dokumen tidak sah. Unggah ulang dokumennya.",
        "en": "The document's receipt is not valid. Upload the document again.",
    }


class VerifiedInTransaction(Exception):
    """A receipt was verified inside a transaction, where keys must not be fetched."""


@dataclass(frozen=True)
class Receipt:
    """A stored file, as documents vouches for it."""

    document_id: UUID
    owner_id: UUID
    region: str
    sha256: str
    size: int
    content_type: str
    name: str
    pages: int | None = None


def read_receipt(compact: str) -> Receipt:
    """Verify a receipt. Raises `ReceiptInvalid` naming `/receipt`."""
    if here().db.in_transaction:
        raise VerifiedInTransaction
    try:
        return _receipt(here().receipt_keys.verify(compact, typ=TYPE))
    except (SignatureInvalid, KeyError, TypeError, ValueError) as error:
        text = ReceiptInvalid.text
        field = FieldError(POINTER, ReceiptInvalid.code, text["id"], text["en"])
        raise ReceiptInvalid(errors=[field]) from error


def _receipt(claims: dict[str, Any]) -> Receipt:
    pages = claims.get("pages")
    return Receipt(
        document_id=UUID(str(claims["id"])),
        owner_id=UUID(str(claims["owner"])),
        region=str(claims["region"]),
        sha256=str(claims["sha256"]),
        size=int(claims["size"]),
        content_type=str(claims["content_type"]),
        name=str(claims["name"])[:_LONGEST_NAME],
        pages=None if pages is None else int(pages),
    )
