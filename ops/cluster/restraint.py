"""How soon something that died is started again: at once, then ever later, and never hidden."""

import time
from dataclasses import dataclass, field
from typing import Any

LONGEST_PAUSE = 30.0  # seconds between two starts
_SHORT_LIVES_THAT_MATTER = 3
_MOST_DOUBLINGS = 20


@dataclass
class Restraint:
    """The pause between two starts: it doubles with each death, up to `longest` seconds.

    A life longer than `longest` ends the series. `why` is what the last death said.
    """

    longest: float = LONGEST_PAUSE
    deaths: int = 0
    in_a_row: int = 0
    why: str = ""
    _began: float = field(default_factory=time.monotonic)
    _is_dead: bool = False

    @property
    def waits(self) -> float:
        """Return the seconds until it may be started again."""
        pause = min(self.longest, 2.0 ** min(self.in_a_row - 1, _MOST_DOUBLINGS))
        return max(0.0, self._began + pause - time.monotonic()) if self._is_dead else 0.0

    @property
    def keeps_dying(self) -> bool:
        return self.in_a_row >= _SHORT_LIVES_THAT_MATTER and (self._is_dead or self._is_young)

    @property
    def told(self) -> dict[str, Any]:
        """Describe it for the status."""
        return {
            "deaths": self.deaths,
            "keeps_dying": self.keeps_dying,
            "waits": round(self.waits, 1),
            "why": self.why,
        }

    def note_death(self, why: str) -> bool:
        """Count a death; False for one that was counted already."""
        if self._is_dead:
            return False
        self.in_a_row = self.in_a_row + 1 if self._is_young else 1
        self.deaths, self.why, self._is_dead = self.deaths + 1, why, True
        return True

    def begin(self) -> None:
        """A new life begins."""
        self._began, self._is_dead = time.monotonic(), False

    @property
    def _is_young(self) -> bool:
        return time.monotonic() - self._began <= self.longest
