"""One case on an officer's desk, and the decision as the form tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.definitions import API, load_proposal
from portal.forms import editable
from portal.signed_in import api
from portal.words import DECISIONS, say


@dataclass(frozen=True)
class Case:
    """A proposal with what an officer needs to see of it."""

    proposal: Mapping[str, Any]
    history: list[Any]
    etag: str | None

    @property
    def id(self) -> str:
        return str(self.proposal["id"])

    @property
    def layanan(self) -> Mapping[str, Any]:
        """The version the proposal was filed under."""
        definition: Mapping[str, Any] = self.proposal["definition"]
        return definition

    @property
    def decisions(self) -> list[str]:
        return [code for code in DECISIONS if code in self.proposal["allowed_actions"]]

    @property
    def wants_result(self) -> bool:
        return "enter_result" in self.proposal["allowed_actions"]


@dataclass(frozen=True)
class Choice:
    """What the officer ticked. `reasons` maps a target (or "") to a reason code."""

    decision: str = ""
    note: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return self.decision in DECISIONS and (self.decision == "approve" or bool(self.note))

    def body(self) -> dict[str, Any]:
        marked = self.reasons if self.decision != "approve" else {}
        return {
            "decision": self.decision,
            "note": self.note,
            "reasons": [
                {"code": code, "target": target or None} for target, code in marked.items()
            ],
        }


def targets(proposal: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What can be marked: each document with a file slot, each field people fill in."""
    definition = proposal["definition"]
    documents = [
        ("document", requirement["code"], requirement["name"])
        for requirement in definition["requirements"]
        if requirement["upload"]
    ]
    return documents + [
        ("field", editable_field["name"], editable_field["label"])
        for editable_field in editable(definition["fields"])
    ]


def name_of(proposal: Mapping[str, Any], target: str) -> str:
    """Name what a reason points at."""
    names = {f"{kind}:{code}": name for kind, code, name in targets(proposal)}
    return names.get(target) or say("Usulan secara keseluruhan", "The proposal as a whole")


def load(proposal_id: str) -> Case:
    """Read the case as it is now."""
    reply = load_proposal(proposal_id)
    history = api().get(f"{API}/proposals/{proposal_id}/history")["data"]
    return Case(reply.data, history, reply.etag)


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
        return {"decision": say("Pilih salah satu keputusan.", "Choose a decision.")}
    if choice.decision != "approve" and not choice.note:
        return {
            "note": say(
                "Catatan wajib diisi untuk Perbaikan dan Tolak.",
                "A note is required to return or reject.",
            )
        }
    return {}
