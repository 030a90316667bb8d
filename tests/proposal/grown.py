"""A proposal service that has worked for years: several regions, many officers, people and words.

One in eight proposals is of another region; one in ten waits on some desk of an officer, and one
in four hundred is of a layanan that hardly anybody asks for. One person in five bears a name that
begins as many others do.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.models import (
    Employee,
    HistoryEntry,
    LayananDefinition,
    Proposal,
    ProposalDocument,
    QueueCount,
    SearchWord,
    db,
)
from services.proposal.queries.desks import OPD_STAGES
from services.proposal.queries.search import words_of
from tests.builders.organisation import an_id
from tests.builders.people import REGION, employee_event, role_event, unit_event
from tests.proposal.office import Office

START = datetime(2024, 1, 1, tzinfo=UTC)
TODAY = datetime(2026, 6, 1, tzinfo=UTC)
ELSEWHERE = "lain"
LOOKUP_CODE = "K7M3Q9XDAC"
PER_PERSON = 20
OPDS = 40
RARE_LAYANAN, USUAL = "asn_muda_berprestasi", "bebas_hukdis"
FREQUENT = "siti"
FAMILY = ("Contoh", "Teladan", "Misal", "Umpama", "Ibarat", "Peraga", "Model", "Pola")
_AT_ONCE = 2_000
_WAITING = (*OFFICER_STAGES, Stage.REVISION, Stage.DRAFT)
_DESKS = ("umpeg", "opd_head", "bkpsdm_admin")
Row = dict[str, Any]


def fill(office: Office, size: int) -> None:
    """Put so many proposals into the service, with all that belongs to them."""
    office.service.hear(*_offices())
    with office.service.app.app_context(), all_regions():
        definitions = _definitions()
        people = [_person(number) for number in range(size // PER_PERSON)]
        _insert(Employee, people)
        rows = (_proposal(n, people[n % len(people)], definitions) for n in range(size))
        counts: Counter[tuple[str, str, str, UUID]] = Counter()
        while batch := list(islice(rows, _AT_ONCE)):
            counts.update(_queue(row) for row in batch if row["stage"] in OFFICER_STAGES)
            _insert_batch(batch)
        _insert(QueueCount, [_count(queue, waiting) for queue, waiting in counts.items()])


def _offices() -> Iterator[Event]:
    for number in range(OPDS):
        opd = f"opd {number}"
        yield unit_event(opd, "opd", "region")
        for role in ("umpeg", "opd_head"):
            holder = f"{role} {an_id(opd)}"
            yield employee_event(holder, opd, nip=f"197001011999{len(role):02d}{number:04d}")
            yield role_event(holder, role, opd)


def _definitions() -> dict[tuple[str, str], UUID]:
    """Give the other region the same catalogue."""
    here = db.session.scalars(
        select(LayananDefinition).where(
            LayananDefinition.region == REGION, LayananDefinition.current
        )
    ).all()
    known = {(REGION, row.code): row.id for row in here}
    copies = [
        {
            "id": uuid7(),
            "code": row.code,
            "version": row.version,
            "definition": row.definition,
            "region": ELSEWHERE,
        }
        for row in here
    ]
    _insert(LayananDefinition, copies)
    return known | {(ELSEWHERE, row["code"]): row["id"] for row in copies}


def _insert_batch(batch: Sequence[Row]) -> None:
    _insert(Proposal, batch)
    _insert(HistoryEntry, [entry for row in batch for entry in _history(row)])
    _insert(SearchWord, [word for row in batch for word in _words(row)])
    _insert(ProposalDocument, [paper for row in batch for paper in _papers(row)])


def _insert(table: Any, rows: Sequence[Row]) -> None:
    if rows:
        with db.transaction() as session:
            session.execute(insert(table), rows)


def name_of(number: int) -> str:
    first = FREQUENT.title() if number % 5 == 0 else f"Nama{number % 97:02d}"
    return f"{first} {FAMILY[number % 8]}{number % 31:02d} {number:06d}"


def _person(number: int) -> Row:
    return {
        "id": an_id(f"person {number}"),
        "version": 1,
        "nip": f"19{number % 30 + 60}0101{2000 + number % 20}01{number % 10_000:04d}",
        "name": name_of(number),
        "kind": "pns",
        "opd_id": _opd(number),
        "unit_id": _opd(number),
        "active": number % 50 != 49,
        "facts": {},
        "region": REGION if number % 8 else ELSEWHERE,
    }


def _opd(number: int) -> UUID:
    """A third are of one OPD; the others are spread over many."""
    return an_id("disdik" if number % 3 == 0 else f"opd {number % OPDS}")


def _proposal(number: int, person: Row, definitions: Any) -> Row:
    drawn = random.Random(number)
    region = person["region"]
    layanan = RARE_LAYANAN if drawn.random() < 1 / 400 else drawn.choice(_USUAL_ONES)
    began = START + timedelta(minutes=number % 1_000_000)
    stage = drawn.choice(_WAITING) if drawn.random() < 1 / 10 else Stage.COMPLETED
    is_final = stage is Stage.COMPLETED
    own = drawn.randrange(3000) == 0 and region == REGION
    return {
        "id": uuid7(),
        "version": 5,
        "number": None if stage is Stage.DRAFT else f"{region.upper()}/X/2026/{number:06d}",
        "lookup_code": LOOKUP_CODE,
        "definition_id": definitions[region, layanan],
        "layanan": layanan,
        "applicant_id": an_id("applicant") if own else person["id"],
        "applicant": {"name": person["name"], "nip": person["nip"], "opd_name": "OPD Contoh"},
        "opd_id": person["opd_id"],
        "stage": str(stage),
        "return_to": "umpeg_verification" if stage is Stage.REVISION else None,
        "decided": is_final or number % 50 == 0,
        "fields": {"keperluan": "contoh"},
        "result": "ms" if is_final else None,
        "created_at": began,
        "submitted_at": None if stage is Stage.DRAFT else began + timedelta(minutes=5),
        "stage_since": began + timedelta(days=2),
        "expected_end": None if number % 7 == 0 else (began + timedelta(days=9)).date(),
        "closed_at": began + timedelta(days=2) if is_final else None,
        "withdrawal": _withdrawal(number) if stage in OFFICER_STAGES else None,
        "region": region,
    }


_USUAL_ONES = (USUAL, USUAL, USUAL, "kp_fungsional", "asn_berprestasi")


def _withdrawal(number: int) -> Row | None:
    asked = {"at": "2026-05-01T00:00:00+00:00", "reason": "contoh", "by": None}
    return asked if number % 50 == 0 else None


def _history(row: Row) -> Iterator[Row]:
    """Sent by the applicant, then three officers; the region's see all that is completed."""
    if row["stage"] == Stage.DRAFT:
        return
    yield _entry(row, 1, "submit", row["applicant_id"], "applicant")
    if row["stage"] == Stage.COMPLETED:
        for sequence, role in enumerate(_DESKS, start=2):
            yield _entry(row, sequence, "approve", _officer(role, row), role)


def _officer(role: str, row: Row) -> UUID:
    if row["region"] != REGION:
        return an_id(f"{role} of others")
    is_named = role == "bkpsdm_admin" or row["opd_id"] == an_id("disdik")
    return an_id(role if is_named else f"{role} {row['opd_id']}")


def _entry(row: Row, sequence: int, action: str, actor: UUID, role: str) -> Row:
    sent_back = action == "approve" and int(row["number"][-6:]) % 60 == sequence
    return {
        "id": uuid7(),
        "proposal_id": row["id"],
        "sequence": sequence,
        "at": row["created_at"] + timedelta(hours=sequence),
        "action": "revise" if sent_back else action,
        "happened": "revise" if sent_back else action,
        "layanan": row["layanan"],
        "from_stage": "umpeg_verification",
        "to_stage": "opd_head_approval",
        "actor_id": actor,
        "actor_name": "Contoh",
        "role": role,
        "reasons": [],
        "changes": {},
        "region": row["region"],
    }


def _words(row: Row) -> Iterator[Row]:
    if row["number"] is None:
        return
    who, number = row["applicant"], row["number"]
    for word in words_of(
        who["name"], who["nip"], number, number.rpartition("/")[2], row["layanan"]
    ):
        yield {"proposal_id": row["id"], "word": word, "region": row["region"]}


def _papers(row: Row) -> Iterator[Row]:
    for requirement in ("skp_1_tahun", "skp_2_tahun"):
        yield {
            "id": uuid7(),
            "proposal_id": row["id"],
            "requirement": requirement,
            "revision": 1,
            "document_id": uuid7(),
            "sha256": f"{int(row['id']) % 2**64:064x}",
            "name": "berkas.pdf",
            "size": 20_000,
            "content_type": "application/pdf",
            "attached_at": row["created_at"],
            "region": row["region"],
        }


def _queue(row: Row) -> tuple[str, str, str, UUID]:
    scope = str(row["opd_id"]) if row["stage"] in OPD_STAGES else ""
    return row["region"], row["stage"], scope, row["definition_id"]


def _count(queue: tuple[str, str, str, UUID], waiting: int) -> Row:
    region, stage, scope, definition = queue
    return {
        "region": region,
        "stage": stage,
        "scope": scope,
        "definition_id": definition,
        "waiting": waiting,
    }
