"""The receipt of a proposal (tanda terima usulan): what the paper says, in one language.

It leaves the application like a message does, so of a sensitive layanan it names neither the
layanan nor the papers (R6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chassis.kernel import words
from chassis.kernel.nip import InvalidNip, parse_nip
from chassis.kernel.text import shown_line
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.numbering import printed_lookup_code

# Among the documents of a proposal. No requirement is called so: their codes have no hyphen.
RECEIPT = "tanda-terima"
MAKE_RECEIPT = "proposal.make_receipt"
_DIGEST_SHOWN = 16
_GROUP = 4


@dataclass(frozen=True)
class ReceivedPaper:
    """A document as the paper lists it."""

    requirement: str
    pages: int | None
    size: int
    sha256: str


@dataclass(frozen=True)
class Received:
    """What was handed in, by whom and when; `listed_at` is when the papers were counted."""

    number: str
    lookup_code: str
    applicant: Mapping[str, Any]
    submitted_at: datetime
    listed_at: datetime
    papers: Sequence[ReceivedPaper]


def receipt_facts(
    received: Received, layanan: LayananDefinition, *, region: str, zone: ZoneInfo, language: str
) -> dict[str, Any]:
    """Return the facts of the paper as the template reads them: plain texts."""
    applicant = received.applicant
    local = received.submitted_at.astimezone(zone)
    return {
        "language": language,
        "date": [local.year, local.month, local.day],
        "region": shown_line(region),
        "number": received.number,
        "layanan": None if layanan.sensitive else _said(layanan.name, language),
        "name": shown_line(applicant["name"]),
        "nip": _printed_nip(applicant["nip"]),
        "unit": _unit(applicant),
        "submitted": words.moment(received.submitted_at, language, zone.key),
        "listed": words.moment(received.listed_at, language, zone.key),
        "papers": [_paper(paper, layanan, language) for paper in received.papers],
        "lookup_code": printed_lookup_code(received.lookup_code),
    }


def _paper(paper: ReceivedPaper, layanan: LayananDefinition, language: str) -> dict[str, Any]:
    names = {row.code: _said(row.name, language) for row in layanan.requirements}
    digest = paper.sha256[:_DIGEST_SHOWN]
    return {
        "name": None if layanan.sensitive else names.get(paper.requirement, paper.requirement),
        "pages": "" if paper.pages is None else words.number(paper.pages, language),
        "size": words.size(paper.size, language),
        "digest": " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP)),
    }


def _said(text: Mapping[str, str], language: str) -> str:
    """A region's own layanan may be named in Indonesian only."""
    return shown_line(text.get(language) or text["id"])


def _printed_nip(nip: str) -> str:
    try:
        return parse_nip(nip).printed
    except InvalidNip:
        return nip


def _unit(applicant: Mapping[str, Any]) -> str:
    names = [applicant.get("unit_name"), applicant.get("opd_name")]
    return shown_line(", ".join(dict.fromkeys(name for name in names if name)))
