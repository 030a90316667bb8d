"""The file to correct as the result document of a dry run, so that it can be fetched later.

An import never waits for it: the rows are checked, and may be applied, before it is asked for.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from chassis.data.import_rows import ImportBatch
from chassis.http.made_files import FileNotKept
from chassis.http.receipts import Receipt
from chassis.kernel.errors import Forbidden
from chassis.process.telemetry import log
from chassis.run.asking import Asking
from chassis.run.import_files import MOST_ROWS
from chassis.run.import_papers import corrections_xlsx
from chassis.run.import_views import corrections
from chassis.run.importing import Importing
from chassis.run.jobs import Job, Part, result_document

_PAPER = "paper"
_BEHIND_ALL = MOST_ROWS


def checking_with_paper(importing: Importing, check: Callable[[Job], Part]) -> Asking[Job, Part]:
    """Return a dry run whose last part, if any row is wrong, has the wrong rows kept as a file."""
    return Asking(partial(_ask, importing), partial(_keep, check))


def corrections_name(batch: ImportBatch) -> str:
    return f"perbaikan-{batch.kind}.xlsx"


def corrections_file(importing: Importing, batch: ImportBatch) -> bytes:
    """Write the wrong rows of an import as a workbook to correct and send again."""
    title = importing.kind(batch.kind).label["id"]
    return corrections_xlsx(title, *corrections(importing, batch))


def _ask(importing: Importing, job: Job) -> Receipt | None:
    """Have the file kept, in the last part. While documents is away the job waits."""
    if not _is_for_paper(job):
        return None
    if not importing.may(job.owner_id):
        raise Forbidden
    import_id = UUID(job.arguments["import_id"])

    def write() -> bytes:
        content = corrections_file(importing, importing.of(import_id))
        importing.db.session.close()  # no connection is held while the file is sent
        return content

    try:
        return result_document(job, corrections_name(importing.of(import_id)), write)
    except FileNotKept as refused:
        # The rows can still be had from the import; a documents of the last release takes no XLSX.
        log.warning("corrections_not_kept", job_id=str(job.id), told=str(refused))
        return None


def _keep(check: Callable[[Job], Part], job: Job, receipt: Receipt | None) -> Part:
    if _is_for_paper(job):
        document_id = receipt.document_id if receipt else None
        return Part(0, result={"import_id": job.arguments["import_id"]}, document_id=document_id)
    part = check(job)
    if part.cursor is not None or not (part.errors or job.error_count):
        return part
    # A worker of the last release reads `place`: it finds no row behind it and ends the job.
    return replace(part, cursor={"place": _BEHIND_ALL, _PAPER: True})


def _is_for_paper(job: Job) -> bool:
    return bool(job.cursor and job.cursor.get(_PAPER))
