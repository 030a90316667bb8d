"""Days off of the bound region."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from services.proposal.models import Holiday, db


def holidays_of(year: int) -> Sequence[Holiday]:
    """Return the days off of a year, in order."""
    days = Holiday.day.between(date(year, 1, 1), date(year, 12, 31))
    return db.session.scalars(select(Holiday).where(days).order_by(Holiday.day)).all()
