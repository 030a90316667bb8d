"""How many orders of starting are tried, and which: a few in `./simpul prove`, or as many as wanted.

`START_ORDERS=100 START_SEED=7 ./simpul prove --only orders`
"""

import os
import random

SEED = int(os.environ.get("START_SEED", "1"))


def how_many(usual: int) -> int:
    return int(os.environ.get("START_ORDERS", usual))


def chance(number: int) -> random.Random:
    """Return the chance of one order; its number and the seed say which it is."""
    return random.Random(f"{SEED}/{number}")
