"""What every list of proposals has in common: its filters, and what a line needs to be shown."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.data.paging import Page
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.models import Proposal, db
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.queries.search import matching


@dataclass(frozen=True)
class Wanted:
    """Filters of a list; None = not filtered."""

    stage: str | None = None
    layanan: str | None = None
    q: str | None = None
    limit: int = 20
    cursor: str | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Turn the filters on layanan and words into conditions."""
        if self.layanan:
            yield Proposal.layanan == self.layanan
        if self.q:
            yield matching(self.q)


@dataclass(frozen=True)
class Listed:
    """A proposal with the version of the layanan it was filed under."""

    proposal: Proposal
    layanan: LayananDefinition


def listed(found: Page, snapshot: RegionSnapshot) -> Page:
    """Put a page of proposals beside their layanan."""
    return found.each(lambda row: Listed(row, snapshot.layanan[row.definition_id]))


def listed_by_id(ids: Collection[UUID]) -> dict[UUID, tuple[Proposal, LayananDefinition]]:
    """Return proposals of the region and their layanan, by id."""
    snapshot = region_snapshot()
    rows = db.session.scalars(select(Proposal).where(Proposal.id.in_(ids))).all() if ids else []
    return {row.id: (row, snapshot.layanan[row.definition_id]) for row in rows}
