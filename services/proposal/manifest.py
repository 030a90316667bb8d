"""What the rest of the system may know of the proposal service.

Its notice texts travel here (R2), so notification needs no edit when they change. A text for
a sensitive layanan carries the proposal's number and stage only (R6).
"""

from collections.abc import Mapping
from typing import Any

from chassis.process.config import Setting, url
from chassis.process.manifest import Manifest, Notice, Route
from services.proposal.domain.reminders import URGENCY_LABELS
from services.proposal.domain.stages import RESULT_LABELS, STAGE_LABELS, Stage, Text

Words = dict[str, str]
Texts = dict[str, Words]


def _id(subject: str, body: str) -> Words:
    closing = "Rincian dapat dibuka di {app_url}.\n\nTerima kasih,\n{sender}"
    return {"subject": subject, "body": f"Yth. {{recipient_name}},\n\n{body}\n\n{closing}"}


def _en(subject: str, body: str) -> Words:
    closing = "Details: {app_url}\n\nThank you,\n{sender}"
    return {"subject": subject, "body": f"Dear {{recipient_name}},\n\n{body}\n\n{closing}"}


def _template(indonesian: Words, english: Words, sensitive: Texts) -> dict[str, Any]:
    return {"id": indonesian, "en": english, "sensitive": sensitive}


def _both(indonesian: Words, english: Words) -> Texts:
    return {"id": indonesian, "en": english}


_SENSITIVE_STAGE = _both(
    _id("Usulan {number}: {stage_label}", "Usulan {number} kini berada pada tahap {stage_label}."),
    _en("Proposal {number}: {stage_label}", "Proposal {number} is now at the stage {stage_label}."),
)

SUBMITTED = _template(
    _id(
        "Usulan {number} terkirim",
        "Usulan layanan {layanan_name} Anda di Simpul berhasil dikirim dengan nomor {number}. "
        "Saat ini usulan berada pada tahap {stage_label} oleh bagian umum dan kepegawaian "
        "Perangkat Daerah Anda.\n\n"
        "Kode pelacakan: {lookup_code}. Dengan nomor dan kode ini status dapat dilihat tanpa "
        "masuk ke aplikasi. Mohon periksa status usulan secara berkala.",
    ),
    _en(
        "Proposal {number} sent",
        "Your proposal for {layanan_name} was sent through Simpul under number {number}. It is "
        "now at the stage {stage_label}, with the general and staffing section of your agency."
        "\n\nLookup code: {lookup_code}. Number and code show the status without signing in. "
        "Please check the status regularly.",
    ),
    _both(
        _id(
            "Usulan {number} terkirim",
            "Usulan {number} berhasil dikirim dan kini berada pada tahap {stage_label}.\n\n"
            "Kode pelacakan: {lookup_code}. Mohon periksa status usulan secara berkala.",
        ),
        _en(
            "Proposal {number} sent",
            "Proposal {number} was sent and is now at the stage {stage_label}.\n\n"
            "Lookup code: {lookup_code}. Please check the status regularly.",
        ),
    ),
)
ADVANCED = _template(
    _id(
        "Usulan {number}: {stage_label}",
        "Usulan layanan {layanan_name} nomor {number} telah disetujui pada tahap sebelumnya dan "
        "kini berada pada tahap {stage_label}.",
    ),
    _en(
        "Proposal {number}: {stage_label}",
        "Your proposal {number} for {layanan_name} was approved at its last stage and is now at "
        "the stage {stage_label}.",
    ),
    _SENSITIVE_STAGE,
)
RETURNED = _template(
    _id(
        "Usulan {number} perlu perbaikan",
        "Usulan layanan {layanan_name} nomor {number} dikembalikan untuk diperbaiki.\n\n"
        "Catatan: {note}\n\nSilakan perbaiki bagian yang ditandai lalu kirim perbaikan.",
    ),
    _en(
        "Proposal {number} needs a revision",
        "Your proposal {number} for {layanan_name} was returned for revision.\n\nNote: {note}"
        "\n\nPlease correct what is marked and send it again.",
    ),
    _SENSITIVE_STAGE,
)
RESUBMITTED = _template(
    _id(
        "Perbaikan usulan {number} terkirim",
        "Perbaikan usulan layanan {layanan_name} nomor {number} telah diterima. Usulan kini "
        "kembali pada tahap {stage_label}.",
    ),
    _en(
        "Revision of proposal {number} sent",
        "Your revision of proposal {number} for {layanan_name} was received. It is back at the "
        "stage {stage_label}.",
    ),
    _SENSITIVE_STAGE,
)
REJECTED = _template(
    _id(
        "Usulan {number} ditolak",
        "Usulan layanan {layanan_name} nomor {number} ditolak.\n\nAlasan: {note}\n\n"
        "Anda dapat mengajukan usulan baru setelah alasan tersebut dipenuhi.",
    ),
    _en(
        "Proposal {number} rejected",
        "Your proposal {number} for {layanan_name} was rejected.\n\nReason: {note}\n\n"
        "You may file a new proposal once the reason is dealt with.",
    ),
    _SENSITIVE_STAGE,
)
WITHDRAWN = _template(
    _id(
        "Usulan {number} dibatalkan",
        "Usulan layanan {layanan_name} nomor {number} telah Anda batalkan.",
    ),
    _en("Proposal {number} withdrawn", "You withdrew proposal {number} for {layanan_name}."),
    _SENSITIVE_STAGE,
)
COMPLETED = _template(
    _id(
        "Usulan {number} selesai: {result_label}",
        "Proses usulan layanan {layanan_name} nomor {number} telah selesai dengan hasil "
        "{result_label}. Bila hasilnya berupa dokumen, unduh di halaman usulan Anda."
        "\n\nTempat pengambilan hasil: {pickup_place}",
    ),
    _en(
        "Proposal {number} finished: {result_label}",
        "Your proposal {number} for {layanan_name} has been processed. Result: {result_label}."
        " If it comes with a document, download it from the page of your proposal."
        "\n\nWhere to collect the result: {pickup_place}",
    ),
    _SENSITIVE_STAGE,
)
WORK = _template(
    _id(
        "Usulan {number} menunggu keputusan Anda",
        "Usulan layanan {layanan_name} nomor {number} menunggu pada tahap {stage_label}.",
    ),
    _en(
        "Proposal {number} waits for you",
        "Proposal {number} for {layanan_name} waits at the stage {stage_label}.",
    ),
    _both(
        _id(
            "Usulan {number} menunggu keputusan Anda",
            "Usulan {number} menunggu pada tahap {stage_label}.",
        ),
        _en(
            "Proposal {number} waits for you",
            "Proposal {number} waits at the stage {stage_label}.",
        ),
    ),
)

REVISION_WAITS = _template(
    _id(
        "Usulan {number} menunggu perbaikan Anda",
        "Usulan layanan {layanan_name} nomor {number} sudah {working_days} hari kerja menunggu "
        "perbaikan dari Anda. Silakan perbaiki bagian yang ditandai lalu kirim perbaikan.",
    ),
    _en(
        "Proposal {number} waits for your revision",
        "Your proposal {number} for {layanan_name} has waited {working_days} working days for "
        "your revision. Please correct what is marked and send it again.",
    ),
    _SENSITIVE_STAGE,
)
STAGE_DUE = _template(
    _id(
        "Usulan {number} {urgency_label}",
        "Usulan layanan {layanan_name} nomor {number} masih menunggu keputusan Anda pada tahap "
        "{stage_label} dan {urgency_label}. Batas waktu tahap ini: {due_on}.",
    ),
    _en(
        "Proposal {number} is {urgency_label}",
        "Proposal {number} for {layanan_name} still waits for you at the stage {stage_label} and "
        "is {urgency_label}. This stage should end by {due_on}.",
    ),
    WORK["sensitive"],
)


def _told(event: str, template: dict[str, Any]) -> Notice:
    return Notice(f"proposal.{event}.v1", f"proposal_{event}", "applicant_id", template)


def _work(event: str) -> Notice:
    return _waits(event, f"work_after_{event}", WORK)


def _waits(event: str, name: str, template: dict[str, Any]) -> Notice:
    return Notice(f"proposal.{event}.v1", name, "decider_ids", template, channels=("in_app",))


LABELS: dict[str, Mapping[str, Text]] = {
    "stage": {str(stage): label for stage, label in STAGE_LABELS.items()},
    "result": {
        **{str(result): label for result, label in RESULT_LABELS.items()},
        "not_selected": STAGE_LABELS[Stage.NOT_SELECTED],
    },
    "urgency": URGENCY_LABELS,
}

MANIFEST = Manifest(
    name="proposal",
    title={"id": "Usulan layanan kepegawaian", "en": "Staff service proposals"},
    app="services.proposal.app:create_app",
    hears=(
        "employee.changed.v1",
        "unit.changed.v1",
        "role.changed.v1",
        "delegation.changed.v1",
        "stage.decided.v1",
        "result.decided.v1",
    ),
    routes=(Route("/api/proposal/"),),
    settings=(
        Setting(
            "DOCUMENTS_JWKS_URL",
            default="peer:documents/api/documents/v1/jwks",
            parse=url("peer", "http", "https"),
            help="Public keys with which documents signs its receipts.",
        ),
    ),
    notices=(
        _told("submitted", SUBMITTED),
        _told("advanced", ADVANCED),
        _told("returned", RETURNED),
        _told("resubmitted", RESUBMITTED),
        _told("rejected", REJECTED),
        _told("withdrawn", WITHDRAWN),
        _told("completed", COMPLETED),
        _work("submitted"),
        _work("advanced"),
        _work("resubmitted"),
        _told("revision_waits", REVISION_WAITS),
        _waits("stage_due", "stage_due", STAGE_DUE),
    ),
    labels=LABELS,
    calls={"documents": ("documents.grant",)},
    scopes=("proposal",),
    seed="services.proposal.seeds.catalogue:seed",
)
