"""Rules about who holds what look at other rows before they write: such changes take turns."""

from sqlalchemy import select

from chassis.process.regions import current_region
from services.identity.models import Region, db


def take_turn() -> None:
    """Wait, first thing in a transaction, until the region has no other such change under way.

    What is read after it holds until the transaction ends: the last system administrator, the
    holders of a post, the links of a person. Changes like these are rare, a region has a queue of
    its own, and SQLite has one writer anyhow.
    """
    turn = select(Region.code).where(Region.code == current_region())
    db.session.execute(turn.with_for_update(key_share=True))
