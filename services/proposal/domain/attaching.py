"""May this document be put to this requirement? Judged from its receipt."""

from dataclasses import dataclass

from chassis.kernel.errors import Invalid, Refused
from chassis.kernel.words import Size
from services.proposal.domain.layanan import LayananDefinition, Requirement


class RequirementUnknown(Refused):
    """The layanan has no such requirement."""

    kind = "missing"
    code = "requirement_unknown"
    text = {"id": "Persyaratan tidak ada.", "en": "There is no such requirement."}


class RequirementTakesNoFile(Invalid):
    """The row is an instruction, nothing is uploaded for it."""

    code = "requirement_takes_no_file"
    text = {
        "id": "Persyaratan ini tidak memerlukan unggahan.",
        "en": "Nothing is uploaded for this requirement.",
    }


class DocumentTooLarge(Refused):
    """The file is larger than the requirement allows; `max_bytes` says how large it may be."""

    kind = "too_large"
    code = "document_too_large"
    text = {
        "id": "Ukuran dokumen melebihi batas {max_bytes}.",
        "en": "The document is larger than {max_bytes}.",
    }

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__(max_bytes=Size(max_bytes))


class DocumentTypeRefused(Invalid):
    """Only PDF is accepted."""

    code = "document_not_pdf"
    text = {"id": "Dokumen harus berformat PDF.", "en": "The document must be a PDF."}


class DocumentInfected(Invalid):
    """Malware was found in the document after it was taken (decision 0041)."""

    code = "document_infected"
    text = {
        "id": "Dalam dokumen ini ditemukan virus. Unggah berkas yang bersih.",
        "en": "A virus was found in this document. Send a clean file.",
    }


@dataclass(frozen=True)
class Attached:
    """A document put to a requirement, as its receipt describes it; `is_refused` since then."""

    document_id: str
    size: int
    content_type: str = "application/pdf"
    is_refused: bool = False


def check_document(
    definition: LayananDefinition,
    requirement_code: str,
    attached: Attached,
) -> Requirement:
    """Accept a document for a requirement, or refuse it.

    Raises `RequirementUnknown`, `RequirementTakesNoFile`, `DocumentTooLarge`,
    `DocumentTypeRefused`, `DocumentInfected`.
    """
    requirement = definition.requirement(requirement_code)
    if requirement is None:
        raise RequirementUnknown
    if not requirement.upload:
        raise RequirementTakesNoFile
    if attached.size > requirement.max_bytes:
        raise DocumentTooLarge(max_bytes=requirement.max_bytes)
    if attached.content_type != "application/pdf":
        raise DocumentTypeRefused
    if attached.is_refused:
        raise DocumentInfected
    return requirement
