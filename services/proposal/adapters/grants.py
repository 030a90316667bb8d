"""Asks documents to show one file to one person for a few minutes."""

from dataclasses import dataclass
from uuid import UUID

from chassis.http.peers import CalledInTransaction, PeerUnavailable
from chassis.kernel.errors import NotFound
from chassis.process.runtime import here

MINUTES = 5
_CREATED = 201
_MISSING = 404


@dataclass(frozen=True)
class Grant:
    """An address that shows the file to the viewer only, until `expires_at` (RFC 3339)."""

    url: str
    expires_at: str


def request_grant(*, document_id: UUID, viewer_id: UUID, purpose: str) -> Grant:
    """Obtain a grant. Raises `PeerUnavailable`, or `NotFound` for a lost file.

    documents logs the view with the purpose; the file's owner can read the log.
    """
    runtime = here()
    if runtime.db.in_transaction:
        raise CalledInTransaction
    answer = runtime.peers["documents"].post(
        "/api/documents/v1/grants",
        json={
            "document_id": str(document_id),
            "viewer": str(viewer_id),
            "purpose": purpose,
            "minutes": MINUTES,
        },
    )
    if answer.status == _MISSING:
        raise NotFound
    if answer.status != _CREATED:
        raise PeerUnavailable(peer="documents")
    body = answer.json()
    return Grant(body["url"], body["expires_at"])
