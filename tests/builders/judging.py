"""A file judged as an upload is: its first and last bytes, then the real child."""

import time
from dataclasses import dataclass
from secrets import token_hex
from typing import Self

from services.documents.adapters.checker.client import ProcessChecker
from services.documents.adapters.checker.protocol import Usage
from services.documents.adapters.spool import Spool
from services.documents.domain.content_types import PDF, content_type_of
from services.documents.domain.pdf_frame import check_frame
from services.documents.domain.refusals import FileRefused

_UNOPENED = Usage("normally")
_PATIENCE = 120.0  # a busy machine is not what is judged here


@dataclass(frozen=True)
class Judged:
    """What was said of a file, and what it cost; `code` is empty when it was taken."""

    code: str
    features: tuple[str, ...] = ()
    pages: int = 0
    signed: bool = False
    usage: Usage = _UNOPENED
    seconds: float = 0.0

    @property
    def reasons(self) -> set[str]:
        return {self.code, *self.features} - {"", "document_has_active_content"}

    @property
    def verdict(self) -> tuple[object, ...]:
        return self.code, self.features, self.pages, self.signed


class Judge:
    """One checker for many files, each of another owner."""

    def __init__(self) -> None:
        self.checker = ProcessChecker(patience=_PATIENCE)

    def on(self, content: bytes) -> Judged:
        """Judge one file."""
        began = time.monotonic()
        with Spool() as spool:
            spool.write(content)
            spool.finish()
            try:
                head, tail = spool.frame()
                if content_type_of(head) == PDF:
                    check_frame(head=head, tail=tail)
            except FileRefused as refused:
                return Judged(refused.code)
            found, usage = self.checker.check(spool.file, owner=token_hex())
        spent = time.monotonic() - began
        return Judged(found.code, found.features, found.pages, found.signed, usage, spent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ended: object) -> None:
        self.checker.close()
