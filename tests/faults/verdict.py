"""What a run can be found guilty of: every class is named and counted, also when it is 0.

`recovered` is allowed: a request nobody heard an answer to took effect, exactly once. `parked` and
`unrouted` are allowed only where a fault was meant to cause them. Everything else must be 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

CLASSES = (
    "lost",  # acknowledged, but its effect is missing
    "ghost",  # an effect nobody asked for
    "duplicate",  # an effect, a handling or a notice twice
    "torn",  # half of what belongs together: a step without its event, a row without its bytes
    "reordered",  # events of one subject handled against their order
    "stuck",  # still under way when the time was up
    "parked",  # given up, in the dead list
    "unrouted",  # nobody heard it and the system knows it; the feed brings it
    "copies",  # extra copies of mails beyond what crashes of senders explain
    "leaked",  # somebody saw what belongs to another region
    "refused",  # an answer that is neither success nor "try again"
    "unproved",  # a fault that was planned and did not happen
    "recovered",  # not acknowledged, but it happened, once
)
HARMLESS = ("recovered",)
_EXAMPLES = 5


@dataclass
class Verdict:
    """How many of each class, with a few examples for whoever has to look."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    figures: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, what: str, count: int = 1) -> None:
        """Count something of a class; nothing when `count` is not above 0."""
        if kind not in CLASSES:
            raise ValueError(kind)
        if count <= 0:
            return
        self.counts[kind] += count
        if len(self.examples[kind]) < _EXAMPLES:
            self.examples[kind].append(what)

    def wrong(self, *, allowed: Iterable[str] = ()) -> list[str]:
        """Name the classes that should be 0 and are not."""
        harmless = {*HARMLESS, *allowed}
        return [kind for kind in CLASSES if self.counts[kind] and kind not in harmless]
