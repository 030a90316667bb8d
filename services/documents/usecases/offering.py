"""What may help a file that was refused, and what is made of it when its owner asks.

Nothing is replaced: a mend is an upload of its own, which waits until its owner has seen it.
"""

from services.documents.adapters.machinery import machinery
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.mends import may_help
from services.documents.domain.pictures import DocumentIsAPicture
from services.documents.usecases.receiving import Arrival


def offered(arrival: Arrival, code: str) -> tuple[str, ...]:
    """Name the mends that may help a file refused with `code`. Raises `CheckerUnavailable`."""
    if code == DocumentIsAPicture.code:
        return DocumentIsAPicture.offers
    if not may_help(code) or arrival.spool.size > MAX_BYTES:
        return ()
    arguments = {"code": code, "max_bytes": arrival.max_bytes}
    said, _ = machinery().checker.run(
        "offers", arrival.spool.file, owner=arrival.asked_by, arguments=arguments
    )
    return tuple(said["offers"])
