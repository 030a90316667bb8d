"""What many measurements say together: the middle, the spread, a ratio in pairs. Pure."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The middle of several figures, with the least and the most of them."""

    median: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Raises `ValueError` where there is no figure."""
        if not values:
            raise ValueError("nothing was measured")
        return cls(statistics.median(values), min(values), max(values), len(values))


def ratios(ours: Sequence[float], limit: Sequence[float]) -> list[float]:
    """Divide each of ours by the limit of the same round.

    Raises `ValueError` where the rounds are not the same, or the limit is nothing.
    """
    pairs = list(zip(ours, limit, strict=True))
    if not all(most > 0 for _, most in pairs):
        raise ValueError("a limit of nothing")
    return [one / most for one, most in pairs]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the least figure that so many percent of all do not exceed.

    Raises `ValueError` where there is none.
    """
    if not values:
        raise ValueError("nothing was measured")
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def rounded(value: float) -> str:
    """Write a figure with as many places as mean something."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "∞"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    places = 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:.{places}f}"
