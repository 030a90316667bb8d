"""What clients get of a proposal's papers."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from chassis.http.api import Schema
from services.proposal.api.views.texts import picked, said
from services.proposal.domain.facts import period_of, with_computed
from services.proposal.domain.layanan import Requirement
from services.proposal.domain.same_files import SameFile
from services.proposal.models import ProposalDocument
from services.proposal.queries.filed import Filed
from services.proposal.queries.proposals import Viewed
from services.proposal.queries.same_files import same_files

_DOCUMENT = (
    "revision",
    "document_id",
    "name",
    "sha256",
    "size",
    "content_type",
    "pages",
    "attached_at",
)


class GrantView(Schema):
    url = fields.String(required=True)
    expires_at = fields.String(required=True, metadata={"format": "date-time"})


class DocumentView(Schema):
    """One uploaded version; a higher revision replaced a lower one.

    `refused`: malware was found in it after it was taken, and nobody can open it.
    """

    revision = fields.Integer(required=True)
    document_id = fields.UUID(required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    content_type = fields.String(required=True)
    pages = fields.Integer(required=True, allow_none=True)
    attached_at = fields.AwareDateTime(required=True)
    refused = fields.Boolean(required=True)


class SameFileView(Schema):
    """Where else the file is: `requirement` of this proposal, or another open one (R46).

    Both are null of a proposal that the reader may not see.
    """

    requirement = fields.String(required=True, allow_none=True)
    proposal_id = fields.UUID(required=True, allow_none=True)
    detail = fields.String(required=True)


class DocumentsOfRequirement(Schema):
    """`needed`: must be there as the proposal stands. `previous`: Dokumen Sebelumnya.

    What was replaced before it was ever sent is there for who writes the proposal only.
    """

    requirement = fields.String(required=True)
    name = fields.String(required=True)
    needed = fields.Boolean(required=True)
    upload = fields.Boolean(required=True)
    open = fields.Boolean(required=True)
    current = fields.Nested(DocumentView, required=True, allow_none=True)
    previous = fields.List(fields.Nested(DocumentView), required=True)
    same_as = fields.List(fields.Nested(SameFileView), required=True)


def document_view(paper: ProposalDocument) -> dict[str, Any]:
    return {**picked(paper, _DOCUMENT), "refused": paper.is_refused}


def documents_view(viewed: Viewed, filed: Filed) -> list[dict[str, Any]]:
    values = filed.fields
    period = viewed.proposal.period or period_of(viewed.layanan, values, viewed.moment)
    applicant = viewed.dossier.applicant
    facts = with_computed(applicant.facts if applicant else {}, period=period)
    same = same_files(viewed, filed)
    opened = viewed.opened.documents
    return [
        _of_requirement(
            item,
            same_as=same.get(item.code, ()),
            needed=item.upload and item.need.applies(values, facts),
            is_open=item.code in opened,
            filed=filed,
        )
        for item in viewed.layanan.requirements
    ]


def _of_requirement(
    item: Requirement,
    *,
    needed: bool,
    is_open: bool,
    filed: Filed,
    same_as: Sequence[SameFile],
) -> dict[str, Any]:
    current = filed.present.get(item.code)
    return {
        "requirement": item.code,
        "name": said(item.name),
        "needed": needed,
        "upload": item.upload,
        "open": is_open,
        "current": document_view(current) if current else None,
        "previous": [document_view(row) for row in filed.earlier(item.code)],
        "same_as": [
            {
                "requirement": other.requirement,
                "proposal_id": other.proposal_id,
                "detail": said(other.text),
            }
            for other in same_as
        ],
    }
