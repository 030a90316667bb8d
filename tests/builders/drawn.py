"""A third of many like cases, drawn by the commit; `./simpul prove` takes all (EVERY_CASE)."""

import os
from collections.abc import Sequence
from typing import TypeVar

from tests.builders.commit import seed_of_the_commit

T = TypeVar("T")
SHARE = 1 if "EVERY_CASE" in os.environ else 3


def drawn(cases: Sequence[T]) -> list[T]:
    """Return every third case, beginning with one of the first three."""
    return [*cases[seed_of_the_commit() % SHARE :: SHARE]]
