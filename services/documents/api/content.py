"""How the bytes of a document leave: as an attachment no browser runs and no cache keeps."""

from flask import Response

from services.documents.adapters.spool import Spool
from services.documents.domain.names import attachment_header
from services.documents.models import Document

PDF = {"type": "string", "format": "binary"}


def content_response(document: Document, spool: Spool) -> Response:
    """Send a document's verified bytes."""
    response = Response(spool.blocks(), content_type=document.content_type)
    response.call_on_close(spool.close)
    response.headers.update(
        {
            "Content-Length": str(document.size),
            "Content-Disposition": attachment_header(document.name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )
    return response
