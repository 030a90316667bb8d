"""A proposal as it was last sent, which is what others see while its applicant corrects it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Sent:
    """What was sent: the fields, and of each requirement the present and the newest revision."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    present: Mapping[str, int] = field(default_factory=dict)
    newest: Mapping[str, int] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """Return it as a row keeps it."""
        return {
            "fields": dict(self.fields),
            "present": dict(self.present),
            "newest": dict(self.newest),
        }

    def holds(self, requirement: str, revision: int) -> bool:
        """Say whether a document was there when the proposal was sent."""
        return revision <= self.newest.get(requirement, 0)


@dataclass(frozen=True)
class Return:
    """A return for revision: when, and the revisions that officers had in hand.

    A process of an earlier release did not write those down.
    """

    at: datetime
    present: Mapping[str, int] | None

    def had(self, requirement: str, revision: int, attached_at: datetime) -> bool:
        """Say whether a document was among what officers had in hand."""
        if self.present is None:
            return attached_at <= self.at
        return self.present.get(requirement) == revision


def read_sent(stored: Mapping[str, Any] | None) -> Sent | None:
    """Read what a row keeps; None of what a process of an earlier release returned."""
    sent = (stored or {}).get("sent")
    return Sent(**sent) if sent else None


def without_changes(fields: Mapping[str, Any], opened: Mapping[str, Any]) -> dict[str, Any]:
    """Take what a revision changed out of the fields, where nobody wrote down what was sent.

    The value that a marked field had is remembered; that of any other changed one is not.
    """
    changed = set(opened.get("changed", {}).get("fields", ()))
    before = opened.get("before", {})
    marked = {target.removeprefix("field:"): value for target, value in before.items()}
    kept = {name: value for name, value in fields.items() if name not in changed}
    known = {name: marked[name] for name in changed if marked.get(name) is not None}
    return {**kept, **known}
