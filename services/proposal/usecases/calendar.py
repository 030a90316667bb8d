"""Days off of a region, which the expected end of a proposal takes into account."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, select

from services.proposal.models import PEOPLE, Holiday, db
from services.proposal.queries.region_snapshot import invalidate_snapshot
from staff.rights import require_role

KEEPERS = frozenset({"bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head", "sysadmin"})


def set_holiday(day: date, *, name: str, person_id: UUID) -> Holiday:
    """Enter a day off, or rename it. Raises `Forbidden`."""
    with db.transaction() as session:
        require_role(PEOPLE, person_id, KEEPERS)
        holiday = session.scalar(select(Holiday).where(Holiday.day == day))
        if holiday is None:
            holiday = Holiday(day=day, name=name)
            session.add(holiday)
        holiday.name = name
        invalidate_snapshot(session)
        return holiday


def remove_holiday(day: date, *, person_id: UUID) -> None:
    """Make a day a working day again. Raises `Forbidden`."""
    with db.transaction() as session:
        require_role(PEOPLE, person_id, KEEPERS)
        session.execute(delete(Holiday).where(Holiday.day == day))
        invalidate_snapshot(session)
