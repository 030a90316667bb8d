"""Files that a service makes: documents keeps them and vouches for them, as for people's uploads.

A service that makes some has `calls={"documents": ("documents.make",)}` and the setting
`RECEIPT_KEYS` in its manifest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from chassis.http.peers import CalledInTransaction, PeerUnavailable
from chassis.http.receipts import Receipt, read_receipt
from chassis.process.failpoints import failpoint
from chassis.process.parts import Answer
from chassis.process.regions import current_region
from chassis.process.runtime import here

_KEEPER = "documents"
_PATH = "/api/documents/v1/documents/made"
_KEPT, _MADE, _UNKNOWN, _CONFLICT = 200, 201, 404, 409
_SHOWN = 300
# With the first three documents, or identity with the scope, is of a release that has none yet.
# The last says that its store is full.
_OUTAGES = (403, 404, 405, 429, 500, 502, 503, 504, 507)
_OWNER_UNKNOWN = "owner_unknown"  # identity's event about the owner is still on its way
_MADE_OTHERWISE = "made_otherwise"


@dataclass(frozen=True)
class NewFile:
    """A file to be made once: `write` is called unless documents has it already.

    `write` returns a PDF or XLSX.
    `subject` and `version` say which file of this service it is, for ever; `subject` looks like
    `proposal/<id>/receipt`. The owner may list and download it.
    """

    subject: str
    version: int
    owner_id: UUID
    name: str
    write: Callable[[], bytes]


class FileNotKept(Exception):
    """documents refuses the file; sending it again cannot help."""


def made(file: NewFile) -> Receipt:
    """Have documents keep a file of the bound region; return its verified receipt.

    It may be called again after a crash or for a lost answer: there is one file all the same.
    Raises `FileNotKept`, `PeerUnavailable` or `CalledInTransaction`, and what `write` raises.
    """
    runtime = here()
    if runtime.db.in_transaction:
        raise CalledInTransaction
    runtime.db.session.close()  # no connection is held meanwhile
    key = {"region": current_region(), "subject": file.subject, "version": str(file.version)}
    there = f"{_PATH}?{urlencode(key)}"
    answer = runtime.peers[_KEEPER].get(there)
    if answer.status == _UNKNOWN:
        form = {**key, "owner": str(file.owner_id)}
        content = file.write()
        answer = runtime.peers[_KEEPER].post_file(_PATH, form=form, name=file.name, content=content)
        if _code(answer) == _MADE_OTHERWISE:
            # Of an earlier try whose answer was lost; two writes may differ in their bytes.
            answer = runtime.peers[_KEEPER].get(there)
    failpoint("made_file.after_answer")
    return _receipt(answer, file)


def _receipt(answer: Answer, file: NewFile) -> Receipt:
    if answer.status in _OUTAGES or _code(answer) == _OWNER_UNKNOWN:
        raise PeerUnavailable(peer=_KEEPER)
    if answer.status not in (_KEPT, _MADE):
        told = answer.body[:_SHOWN].decode(errors="replace")
        raise FileNotKept(f"{file.subject}: {answer.status} {told}")
    receipt = read_receipt(answer.json()["receipt"])
    if (receipt.owner_id, receipt.region) != (file.owner_id, current_region()):
        raise FileNotKept(f"{file.subject}: the receipt is of another owner or region")
    return receipt


def _code(answer: Answer) -> str:
    """Return why documents will not keep a file just now; empty where it does not say."""
    return str(answer.json().get("code", "")) if answer.status == _CONFLICT else ""
