"""Chooses the scanner a URL names; outside packages may bring more schemes (`simpul.scanners`)."""

from collections.abc import Callable, Mapping

from chassis.process.installed import brought_to
from services.documents.adapters.scanners.clamd import Clamd
from services.documents.adapters.scanners.protocol import Scanner, ScannerUrlInvalid

NONE = "none:"
QUARANTINE, REFUSE = "quarantine", "refuse"
_OURS: Mapping[str, Callable[[str], Scanner]] = {"clamd": Clamd.from_url}


def open_scanner(url: str) -> Scanner | None:
    """Make the scanner a URL names, without calling it; None for `none:`.

    Raises `ScannerUrlInvalid`.
    """
    if url == NONE:
        return None
    scheme = url.partition(":")[0]
    if scheme in _OURS:
        return _OURS[scheme](url)
    for point in brought_to("simpul.scanners"):
        if point.name == scheme:
            opened: Scanner = point.load()(url)
            return opened
    raise ScannerUrlInvalid(f"no scanner is called {scheme!r}")


def scanner_down(text: str) -> str:
    """Read what happens to files while the scanner is away: `quarantine` or `refuse`."""
    if text not in (QUARANTINE, REFUSE):
        raise ValueError(f"must be {QUARANTINE} or {REFUSE}")
    return text


def scanner_url(text: str) -> str:
    """Check a scanner URL as a setting is read. Raises `ScannerUrlInvalid`."""
    open_scanner(text)
    return text
