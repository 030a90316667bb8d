"""Removes objects no document refers to: what an upload left that did not reach its commit."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, select

from chassis.process.clock import now
from chassis.process.failpoints import failpoint
from chassis.process.regions import all_regions
from chassis.process.telemetry import log
from services.documents.adapters.machinery import machinery
from services.documents.domain.quotas import BUSY_WINDOW
from services.documents.models import Document, Grant, RefusedUpload, db
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
    store, moment = machinery().store, now() - GRACE
    known, orphans = 0, list[str]()
    for keys in _batches(store.older_than(moment)):
        lost = _orphans(keys)
        orphans += lost
        known += len(keys) - len(lost)
    if len(orphans) > _FEW and len(orphans) * _SUSPICIOUS_SHARE > known:
        log.critical("sweep_refused", orphans=len(orphans), known=known)
        return False
    for key in orphans:
        store.delete(key)
        failpoint("sweep.between_two")
    if swept := len(orphans) + store.tidy(moment):
        log.info("orphans_swept", count=swept)
    _forget()
    return False


def _batches(keys: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(keys, _BATCH)):
        yield batch


def _orphans(keys: list[str]) -> list[str]:
    with all_regions():
        known = set(
            db.session.scalars(select(Document.object_key).where(Document.object_key.in_(keys)))
        )
    db.session.close()
    return [key for key in keys if key not in known]


def _forget() -> None:
    """Forget grants long over, whose use stays in the views, and answers that no longer count."""
    no_longer_count = RefusedUpload.refused_at < now() - BUSY_WINDOW
    with all_regions(), db.transaction() as session:
        session.execute(delete(Grant).where(Grant.expires_at < now() - _GRANTS_KEPT))
        session.execute(delete(RefusedUpload).where(RefusedUpload.code.in_(BUSY), no_longer_count))
