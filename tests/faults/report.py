"""What a run found, for people and for whoever quotes it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.faults.verdict import CLASSES, HARMLESS, Verdict


@dataclass(frozen=True)
class Run:
    """The figures of a run beside its verdict. Times in seconds."""

    kills: Mapping[str, int]
    statuses: Mapping[int, int]
    outages: Sequence[tuple[float, str]]
    revived: int
    seconds: float
    rested: float
    troubles: Sequence[str]

    @property
    def ended(self) -> int:
        return sum(self.kills.values()) - self.held

    @property
    def held(self) -> int:
        return sum(count for kind, count in self.kills.items() if kind.startswith("hold "))


def show(verdict: Verdict, run: Run) -> None:
    """Print every figure and every class, also those that are 0."""
    print(f"\n{run.seconds:.0f} s in all; at rest {run.rested:.1f} s after the last fault")
    _table(verdict.figures.items())
    print(f"{run.ended} processes ended on purpose, {run.held} held:")
    _table(sorted(run.kills.items()))
    print(f"{run.revived} started again by the supervisor")
    if run.outages:
        middle = median(seconds for seconds, _ in run.outages)
        longest = sorted(run.outages, reverse=True)[:3]
        print(f"from a death until all of it could serve again: median {middle:.1f} s, longest")
        print(", ".join(f"{seconds:.1f} s ({what})" for seconds, what in longest))
    answers = (f"{status or 'broken off'}: {n}" for status, n in sorted(run.statuses.items()))
    print("answers:", ", ".join(answers))
    print("classes:")
    allowed = {kind: f"{kind}  (allowed)" for kind in HARMLESS}
    _table((allowed.get(kind, kind), verdict.counts[kind]) for kind in CLASSES)
    _explain(verdict)
    for trouble, times in Counter(run.troubles).most_common(8):
        print(f"  trouble ({times}): {trouble}")
    if run.ended and not verdict.wrong():
        print(
            f"None of {run.ended} deaths lost or doubled anything. Said honestly: with 95 % "
            f"confidence fewer than {300 / run.ended:.2g} in 100 such deaths would (rule of three)."
        )


def _table(rows: Iterable[tuple[str, int]]) -> None:
    for name, count in rows:
        print(f"  {count:>8}  {name}")


def _explain(verdict: Verdict) -> None:
    for kind in verdict.wrong():
        for example in verdict.examples[kind]:
            print(f"  {kind}: {example}")
