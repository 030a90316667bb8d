"""Looks after the scanner for malware, so that one that is away or out of date is noticed."""

from chassis.process.clock import now
from chassis.process.telemetry import gauge, log
from services.documents.adapters.machinery import machinery
from services.documents.adapters.scanners.protocol import ScannerUnavailable, Signatures

ANSWERS = gauge("scanner_answers", "1 while the scanner for malware answers, else 0")
AGE = gauge(
    "scanner_signatures_age_seconds",
    "Age of what the scanner for malware knows; endless where it does not say",
)


def watch_scanner() -> bool:
    """Ask the scanner, where there is one, of when its signatures are; False, for use as a loop."""
    scanner = machinery().scanner
    if scanner is None:
        return False
    try:
        _tell(scanner.signatures())
    except ScannerUnavailable:
        ANSWERS.set(0)
        log.warning("scanner_unavailable")
    return False


def _tell(known: Signatures) -> None:
    moment = now()
    ANSWERS.set(1)
    AGE.set((moment - known.made_at).total_seconds() if known.made_at else float("inf"))
    if known.are_old(moment):
        log.warning("scanner_signatures_old", version=known.version)
