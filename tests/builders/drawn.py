"""Some of many like cases, drawn by the commit; `./simpul prove` takes all (EVERY_CASE)."""

import os
from collections.abc import Sequence
from typing import TypeVar

from tests.builders.commit import seed_of_the_commit

T = TypeVar("T")
ALL = "EVERY_CASE" in os.environ
SHARE = 1 if ALL else 3


def drawn(cases: Sequence[T], *, share: int = 3) -> list[T]:
    """Return every third case, or one of as many as said, beginning with one of the first."""
    step = 1 if ALL else share
    return [*cases[seed_of_the_commit() % step :: step]]
