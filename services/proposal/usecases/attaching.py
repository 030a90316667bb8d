"""Documents of a proposal: put to a requirement by receipt, replaced, taken away again."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from chassis.data.versioned import Seen
from chassis.data.writing import Writing, add_rows
from chassis.http.receipts import POINTER, Receipt
from chassis.kernel.errors import FieldError, Invalid, NotFound, Refused
from chassis.process.regions import current_region
from services.proposal.domain.attaching import Attached, DocumentTypeRefused, check_document
from services.proposal.domain.opening import require_open
from services.proposal.models import ProposalDocument, db
from services.proposal.queries.proposals import opened_parts
from services.proposal.queries.refused import is_refused
from services.proposal.usecases.cases import Case, own_case

PDF = "application/pdf"
_RETIRED = Writing(
    update(ProposalDocument).where(
        ProposalDocument.proposal_id == bindparam("proposal"),
        ProposalDocument.requirement == bindparam("of_requirement"),
        ProposalDocument.current,
    )
)


class ReceiptOfSomebodyElse(Invalid):
    """The document was uploaded by another person, or in another region."""

    code = "receipt_not_yours"
    text = {
        "id": "Dokumen ini diunggah oleh orang lain.",
        "en": "This document was uploaded by somebody else.",
    }


def attach(
    proposal_id: UUID, *, person_id: UUID, requirement: str, receipt: Receipt, seen: Seen
) -> Case:
    """Put an uploaded document to a requirement; the earlier one is kept.

    Raises `ReceiptOfSomebodyElse`, `ClosedForChange` and the refusals of `check_document`,
    each naming `/receipt`.
    """
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        _check(case, requirement, receipt, person_id)
        require_open(opened_parts(case.dossier, case.layanan), documents=[requirement])
        case.change(opened=noted_changes(case, documents=[requirement]))
        _retire(case, requirement)
        add_document(case, requirement, receipt, attached_by=receipt.owner_id)
        return case


def detach(proposal_id: UUID, *, person_id: UUID, requirement: str, seen: Seen) -> Case:
    """Take a document away. Raises `NotFound` when there is none."""
    with db.transaction() as session:
        case = own_case(session, proposal_id, person_id, seen=seen)
        require_open(opened_parts(case.dossier, case.layanan), documents=[requirement])
        case.change(opened=noted_changes(case, documents=[requirement]))
        if not _retire(case, requirement):
            raise NotFound
        case.dossier.changed("papers")
        return case


def noted_changes(
    case: Case, *, fields: Iterable[str] = (), documents: Iterable[str] = ()
) -> dict[str, Any] | None:
    """Remember what a revision changed, for the history."""
    stored = case.proposal.opened
    if stored is None:
        return None
    before = stored.get("changed", {})
    changed = {
        "fields": sorted({*before.get("fields", ()), *fields}),
        "documents": sorted({*before.get("documents", ()), *documents}),
    }
    return {**stored, "changed": changed}


def add_document(
    case: Case, requirement: str, receipt: Receipt, *, attached_by: UUID | None
) -> ProposalDocument:
    """Write down a document under its next revision number; nobody attached what we made."""
    earlier = [row.revision for row in case.dossier.papers if row.requirement == requirement]
    document = ProposalDocument(
        proposal_id=case.proposal.id,
        requirement=requirement,
        revision=max(earlier, default=0) + 1,
        document_id=receipt.document_id,
        sha256=receipt.sha256,
        name=receipt.name,
        size=receipt.size,
        content_type=receipt.content_type,
        pages=receipt.pages,
        attached_by=attached_by,
        attached_at=case.moment.now,
    )
    add_rows(case.session, document)
    case.dossier.changed("papers")
    return document


def check_owner(receipt: Receipt, person_id: UUID) -> None:
    """Refuse a receipt of somebody else. Raises `ReceiptOfSomebodyElse`."""
    if receipt.owner_id != person_id or receipt.region != current_region():
        raise named(ReceiptOfSomebodyElse())


def check_is_pdf(receipt: Receipt) -> None:
    """Refuse what is not a PDF. Raises `DocumentTypeRefused`."""
    if receipt.content_type != PDF:
        raise named(DocumentTypeRefused())


def named(refusal: Refused, pointer: str = POINTER) -> Refused:
    """Say which field of the request a refusal is about."""
    field = FieldError(pointer, refusal.code, refusal.detail("id"), refusal.detail("en"))
    refusal.errors = refusal.errors or (field,)
    return refusal


def _check(case: Case, requirement: str, receipt: Receipt, person_id: UUID) -> None:
    check_owner(receipt, person_id)
    attached = Attached(
        str(receipt.document_id),
        receipt.size,
        receipt.content_type,
        is_refused=is_refused(receipt.document_id),
    )
    try:
        check_document(case.layanan, requirement, attached)
    except Refused as refusal:
        raise named(refusal) from None


def _retire(case: Case, requirement: str) -> bool:
    if not any(row.requirement == requirement for row in case.dossier.current):
        return False
    of = {"proposal": case.proposal.id, "of_requirement": requirement}
    _RETIRED.run(case.session, **of, current=False)
    return True
