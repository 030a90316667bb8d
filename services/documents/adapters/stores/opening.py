"""Chooses the store a URL names; outside packages may bring more schemes (`simpul.stores`)."""

from collections.abc import Callable, Mapping

from chassis.process.installed import brought_to
from services.documents.adapters.stores.folder import FolderStore
from services.documents.adapters.stores.protocol import ObjectStore, StoreUrlInvalid


def _s3(url: str) -> ObjectStore:
    # The SDK takes longer to load than the rest of the service; only this scheme needs it.
    from services.documents.adapters.stores.s3 import S3Store

    return S3Store.from_url(url)


_OURS: Mapping[str, Callable[[str], ObjectStore]] = {
    "file": FolderStore.from_url,
    "s3": _s3,
}


def open_store(url: str) -> ObjectStore:
    """Make the store a URL names, without calling it.

    Raises `StoreUrlInvalid`.
    """
    scheme = url.partition(":")[0]
    if scheme in _OURS:
        return _OURS[scheme](url)
    for point in brought_to("simpul.stores"):
        if point.name == scheme:
            opened: ObjectStore = point.load()(url)
            return opened
    raise StoreUrlInvalid(f"no store is called {scheme!r}")


def store_url(text: str) -> str:
    """Check a store URL as a setting is read. Raises `StoreUrlInvalid`."""
    open_store(text)
    return text
