"""The steps of the demo: who does what, which stage follows, which notices must arrive."""

from collections.abc import Callable
from dataclasses import dataclass

from ops.journey import applying, deciding
from ops.journey.case import APPLICANT, Case
from ops.journey.notices import Expected
from ops.journey.verifying import verify


@dataclass(frozen=True)
class Step:
    """One step. `words` is Indonesian and English; `notices` are due after it."""

    actor: str
    words: tuple[str, str]
    do: Callable[[Case], None]
    stage: str
    notices: tuple[Expected, ...] = ()


def approval(actor: str, stage: str, next_holder: str) -> Step:
    event = "proposal.advanced.v1"
    return Step(
        actor,
        ("menyetujui", "approves"),
        deciding.decision(actor),
        stage,
        ((APPLICANT, event), (next_holder, event)),
    )


STEPS = (
    Step(
        APPLICANT,
        ("membuat usulan", "files a proposal"),
        applying.file_draft,
        "draft",
    ),
    Step(
        APPLICANT,
        ("mengunggah tiga dokumen", "uploads three documents"),
        applying.attach_documents,
        "draft",
    ),
    Step(
        APPLICANT,
        ("mengirim usulan", "submits it"),
        applying.submit,
        "umpeg_verification",
        ((APPLICANT, "proposal.submitted.v1"), ("umpeg", "proposal.submitted.v1")),
    ),
    Step(
        "umpeg",
        (
            "membaca dokumen, mengembalikan satu untuk diperbaiki",
            "reads the documents, returns one for revision",
        ),
        deciding.return_for_one_document,
        "revision",
        ((APPLICANT, "proposal.returned.v1"),),
    ),
    Step(
        APPLICANT,
        ("mengganti dokumen itu dan mengirim perbaikan", "replaces it and sends the revision"),
        applying.correct,
        "umpeg_verification",
        ((APPLICANT, "proposal.resubmitted.v1"), ("umpeg", "proposal.resubmitted.v1")),
    ),
    approval("umpeg", "opd_head_approval", "opd_head"),
    approval("opd_head", "bkpsdm_validation", "bkpsdm_admin"),
    approval("bkpsdm_admin", "secretary_verification", "bkpsdm_secretary"),
    approval("bkpsdm_secretary", "bkpsdm_head_approval", "bkpsdm_head"),
    approval("bkpsdm_head", "processing", "bkpsdm_admin"),
    Step(
        "bkpsdm_admin",
        ("menerbitkan hasil: MS, dengan surat", "enters the result: MS, with the letter"),
        deciding.issue_result,
        "completed",
        ((APPLICANT, "proposal.completed.v1"),),
    ),
    Step(
        APPLICANT,
        ("mengunduh surat hasil, sama byte demi byte", "downloads the letter, byte for byte"),
        applying.download_result,
        "completed",
    ),
    Step(
        APPLICANT,
        (
            "memeriksa riwayat, arsip, catatan pembaca, dan status umum",
            "checks history, archive, view log and public status",
        ),
        verify,
        "completed",
    ),
)
