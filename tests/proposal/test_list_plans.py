"""The lists of proposals read what they show, however many proposals there are."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from chassis.data.listing import Wanted
from chassis.data.paging import Page
from chassis.process.ids import uuid7
from services.proposal.models import HistoryEntry, LayananDefinition, Proposal, QueueCount, db
from services.proposal.queries.inbox import decided, inbox
from services.proposal.queries.listing import DECIDED, INBOX, MINE
from services.proposal.queries.proposals import mine
from tests.builders.organisation import an_id
from tests.builders.people import REGION
from tests.builders.plans import Watched, watched
from tests.builders.service import let_go, one_service
from tests.proposal.office import BEBAS_HUKDIS, Office

pytestmark = pytest.mark.slow
FEW, MANY = 2_000, 20_000
START = datetime(2026, 1, 1, tzinfo=UTC)
OWN = 40  # of one applicant, however many others there are
LISTS: dict[str, tuple[Any, Callable[[Wanted], Page]]] = {
    "inbox of an OPD": (INBOX, lambda wanted: inbox(an_id("umpeg"), wanted)),
    "inbox of the region": (INBOX, lambda wanted: inbox(an_id("bkpsdm_admin"), wanted)),
    "decided": (DECIDED, lambda wanted: decided(an_id("umpeg"), wanted)),
    "own": (MINE, lambda wanted: mine(an_id("applicant"), wanted)),
}
ORDERS = [(name, sort) for name, (listing, _) in LISTS.items() for sort in listing.orders]


@pytest.fixture(scope="module")
def at_size(
    opened_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int, str, Wanted], Watched]]:
    """Watch a page of a list of a size."""
    offices = {}
    for size in (FEW, MANY):
        folder = tmp_path_factory.mktemp(str(size))
        shutil.copy(opened_database, folder / "proposal.db")
        offices[size] = Office(one_service("proposal", folder))
        with offices[size].inside():
            _fill(size)

    def look(size: int, name: str, wanted: Wanted) -> Watched:
        _, read = LISTS[name]
        with offices[size].inside():
            read(wanted)  # what is read once per change of the offices is read here
            return watched(db.engine, lambda: read(wanted))

    yield look
    for office in offices.values():
        let_go(office.service.app)


def _fill(size: int) -> None:
    definition = select(LayananDefinition.id).where(LayananDefinition.code == BEBAS_HUKDIS)
    definition_id = db.session.scalars(definition).first()
    proposals = [_proposal(number, definition_id) for number in range(size)]
    entries = [_entry(number, proposal) for number, proposal in enumerate(proposals)]
    counts = [
        {"stage": stage, "scope": scope, "definition_id": definition_id, "waiting": size // 2}
        for stage, scope in (
            ("umpeg_verification", str(an_id("disdik"))),
            ("bkpsdm_validation", ""),
        )
    ]
    with db.transaction() as session:
        session.execute(insert(Proposal), proposals)
        session.execute(insert(HistoryEntry), entries)
        session.execute(insert(QueueCount), [{"region": REGION, **count} for count in counts])


def _proposal(number: int, definition_id: Any) -> dict[str, Any]:
    instant = START + timedelta(minutes=number)
    return {
        "id": uuid7(),
        "number": f"DEMO/X/2026/{number:06d}",
        "definition_id": definition_id,
        "layanan": BEBAS_HUKDIS,
        "applicant_id": an_id("applicant" if number < OWN else f"somebody {number % 500}"),
        "applicant": {},
        "opd_id": an_id("disdik"),
        "stage": ("umpeg_verification", "bkpsdm_validation")[number % 2],
        "fields": {},
        "created_at": instant,
        "submitted_at": instant,
        "stage_since": instant,
        "expected_end": None if number % 7 == 0 else date(2026, 1, 1) + timedelta(days=number % 90),
        "region": REGION,
    }


def _entry(number: int, proposal: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "proposal_id": proposal["id"],
        "sequence": 1,
        "at": START + timedelta(minutes=number),
        "action": "approve",
        "from_stage": "umpeg_verification",
        "to_stage": "opd_head_approval",
        "actor_id": an_id("umpeg"),
        "actor_name": "Contoh",
        "role": "umpeg",
        "reasons": [],
        "changes": {},
        "region": REGION,
    }


@pytest.mark.parametrize(("name", "sort"), ORDERS)
def test_every_order_reads_its_page_from_an_index(at_size, name, sort):
    seen = at_size(MANY, name, Wanted(sort=sort, count=0))

    assert seen.whole_tables == set()
    # An applicant's own few may be sorted once they are found.
    assert name == "own" or seen.sorted_apart == []


@pytest.mark.parametrize(("name", "sort"), ORDERS)
def test_ten_times_the_rows_are_no_more_work(at_size, name, sort):
    few, many = (at_size(size, name, Wanted(sort=sort, count=0)).steps for size in (FEW, MANY))

    assert many < 1.2 * few


@pytest.mark.parametrize("name", ["inbox of an OPD", "inbox of the region", "own"])
def test_saying_of_how_many_reads_no_more_with_ten_times_the_rows(at_size, name):
    few, many = (at_size(size, name, Wanted(limit=5)).steps for size in (FEW, MANY))

    assert many < 1.2 * few
