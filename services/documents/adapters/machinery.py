"""What the use cases of one documents app work with, made once from its settings."""

import atexit
from dataclasses import dataclass
from functools import cache, partial
from typing import cast

from flask import Flask, current_app

from chassis.process import runtime
from chassis.process.clock import now
from chassis.process.config import Settings
from services.documents.adapters.checker.client import FileChecker, ProcessChecker
from services.documents.adapters.permits import PermitSigner
from services.documents.adapters.receipts import Signer
from services.documents.adapters.scanners.opening import QUARANTINE, open_scanner
from services.documents.adapters.scanners.protocol import Scanner, SignaturesOld
from services.documents.adapters.stores.opening import open_store
from services.documents.adapters.stores.protocol import ObjectStore
from services.documents.adapters.turns import MachineTurns
from services.documents.domain.content_types import EVERYWHERE
from services.documents.domain.quotas import Quota

_KEY = "documents"


@dataclass
class Machinery:
    store: ObjectStore
    checker: FileChecker
    signer: Signer
    permits: PermitSigner
    turns: MachineTurns
    quota: Quota
    scanner: Scanner | None = None
    scanner_down: str = QUARANTINE
    xml_attachments: frozenset[str] = frozenset()

    def takes_xml_in(self, region: str) -> bool:
        """Tell whether a PDF of the region may hold XML."""
        return not self.xml_attachments.isdisjoint((EVERYWHERE, region))


def install(app: Flask, settings: Settings) -> None:
    store = open_store(settings["STORE_URL"])
    runtime.of(app).leans_on["store"] = store.check
    scanner = open_scanner(settings["SCANNER_URL"])
    if scanner is not None:
        runtime.of(app).leans_on["scanner"] = partial(check_scanner, scanner)
    app.extensions[_KEY] = Machinery(
        store=store,
        checker=_checker(),
        signer=Signer(settings["SECRET_KEY"]),
        permits=PermitSigner(settings["SECRET_KEY"]),
        turns=MachineTurns(settings["SECRET_KEY"]),
        quota=Quota(
            files=settings["UPLOADS_PER_DAY"], megabytes=settings["UPLOAD_MEGABYTES_PER_DAY"]
        ),
        scanner=scanner,
        scanner_down=settings["SCANNER_DOWN"],
        xml_attachments=settings["PDF_ATTACHMENTS"],
    )


def check_scanner(scanner: Scanner) -> None:
    """Raise `ScannerUnavailable` or `SignaturesOld` when it does not protect as it should."""
    if scanner.signatures().are_old(now()):
        raise SignaturesOld


@cache
def _checker() -> ProcessChecker:
    """One checker serves every app of the process; it starts at the first file."""
    checker = ProcessChecker()
    atexit.register(checker.close)
    return checker


def machinery() -> Machinery:
    """Return the machinery of the app whose context is active."""
    return cast(Machinery, current_app.extensions[_KEY])
