"""The decision as the form tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.sections.desk.reading import Case
from portal.shell.saying import say


@dataclass(frozen=True)
class Choice:
    """What the officer ticked. `reasons` maps a target (or "") to a reason code."""

    decision: str = ""
    note: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return self.decision == "approve" or bool(self.decision and self.note)

    def body(self) -> dict[str, Any]:
        marked = self.reasons if self.decision != "approve" else {}
        return {
            "decision": self.decision,
            "note": self.note,
            "reasons": [
                {"code": code, "target": target or None} for target, code in marked.items()
            ],
        }


def chosen(form: "MultiDict[str, str]") -> Choice:
    """Read the decision form."""
    reasons = {
        name.removeprefix("reason."): form[name]
        for name in form
        if name.startswith("reason.") and form[name]
    }
    return Choice(form.get("decision", ""), form.get("note", "").strip(), reasons)


def missing(choice: Choice, case: Case) -> dict[str, str]:
    """Name what the form still lacks; the API judges the rest."""
    if choice.decision not in case.decisions:
        return {"decision": say("desk.choose_a_decision")}
    if choice.decision != "approve" and not choice.note:
        return {"note": say("desk.note_required", decisions=case.refusals)}
    return {}
