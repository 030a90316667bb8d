"""Removes objects nothing refers to: what an upload left that did not reach its end."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.regions import all_regions
from chassis.process.telemetry import log
from services.documents.adapters.machinery import machinery
from services.documents.domain import uploads
from services.documents.domain.quotas import BUSY_WINDOW
from services.documents.domain.uploads import is_piece
from services.documents.models import (
    Document,
    Grant,
    RefusedUpload,
    Upload,
    UploadPiece,
    db,
)
from services.documents.usecases.receiving import BUSY

# No request lives this long, so an object of this age has either its row or no future.
GRACE = timedelta(hours=1)
_GRANTS_KEPT = timedelta(days=30)
_BATCH = 500
_FEW = 100
_SUSPICIOUS_SHARE = 5


def sweep() -> bool:
    """Remove orphaned objects older than the grace; False, for use as a loop.

    It touches nothing when a large share of the store looks orphaned: then the database is more
    likely to be the wrong one than the objects.
    """
    _forget_uploads()
    store, moment = machinery().store, now() - GRACE
    known, orphans, pieces = 0, list[str](), list[str]()
    for keys in _batches(store.older_than(moment)):
        pieces += _orphans(UploadPiece.object_key, [key for key in keys if is_piece(key)])
        whole = [key for key in keys if not is_piece(key)]
        lost = _orphans(Document.object_key, whole)
        orphans += lost
        known += len(whole) - len(lost)
    _delete(pieces)
    if len(orphans) > _FEW and len(orphans) * _SUSPICIOUS_SHARE > known:
        log.critical("sweep_refused", orphans=len(orphans), known=known)
        return False
    _delete(orphans)
    if swept := len(orphans) + len(pieces) + store.tidy(moment):
        log.info("orphans_swept", count=swept)
    _forget()
    return False


def _batches(keys: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(keys, _BATCH)):
        yield batch


def _orphans(referring: InstrumentedAttribute[str], keys: list[str]) -> list[str]:
    with all_regions():
        known = set(db.session.scalars(select(referring).where(referring.in_(keys))))
    db.session.close()
    return [key for key in keys if key not in known]


def _delete(orphans: list[str]) -> None:
    for key in orphans:
        machinery().store.delete(key)
        failpoint("sweep.between_two")


def _forget_uploads() -> None:
    """Forget the pieces of what was refused a while ago, and uploads whose day is over."""
    is_over = Upload.expires_at < now()
    no_more_mended = and_(
        Upload.state == uploads.REFUSED, Upload.ended_at < now() - uploads.REFUSED_KEPT
    )
    unneeded = select(Upload.id).where(or_(is_over, no_more_mended))
    with all_regions(), db.transaction() as session:
        # Their rows first, as whoever adds a piece at this instant does.
        session.execute(unneeded.with_for_update())
        session.execute(delete(UploadPiece).where(UploadPiece.upload_id.in_(unneeded)))
        session.execute(delete(Upload).where(is_over))


def _forget() -> None:
    """Forget grants long over, whose use stays in the views, and answers that no longer count."""
    no_longer_count = RefusedUpload.refused_at < now() - BUSY_WINDOW
    with all_regions(), db.transaction() as session:
        session.execute(delete(Grant).where(Grant.expires_at < now() - _GRANTS_KEPT))
        session.execute(delete(RefusedUpload).where(RefusedUpload.code.in_(BUSY), no_longer_count))
