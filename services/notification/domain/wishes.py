"""By which channels a person wants to be told. Pure.

Nobody who said nothing is left untold. In version 1 of the API the first two channels have
members of their own, and the release before this one keeps them in columns of their own: it
reads and writes only those, so they are written beside the rows, and the later of the two counts.
"""

from dataclasses import dataclass
from datetime import datetime

NAMED_IN_V1 = ("email", "whatsapp")


@dataclass(frozen=True)
class Wish:
    """What a person chose for a channel, and when."""

    wanted: bool
    at: datetime


def is_wanted(row: Wish | None, column: Wish | None) -> bool:
    """Tell whether a person wants a channel: the row counts, unless the column is later."""
    if row is None or (column is not None and column.at > row.at):
        row = column
    return row is None or row.wanted
