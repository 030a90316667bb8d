"""One case on an officer's desk, and the decision as the form tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.forms import editable
from portal.signed_in import api
from portal.words import DECISIONS, say

API = "/api/proposal/v1"


@dataclass(frozen=True)
class Case:
    """A proposal with what an officer needs to see of it."""

    proposal: Mapping[str, Any]
    layanan: Mapping[str, Any]
    history: list[Any]
    etag: str | None

    @property
    def id(self) -> str:
        return str(self.proposal["id"])

    @property
    def documents(self) -> dict[str, Any]:
        return {one["requirement"]: one for one in self.proposal.get("documents", ())}

    @property
    def decisions(self) -> list[str]:
        allowed = self.proposal.get("allowed_actions") or ()
        return [code for code in DECISIONS if code in allowed]

    def targets(self) -> list[tuple[str, str, Any]]:
        """What an officer can mark: each document with a file slot, each field people fill in."""
        documents = [
            ("document", one["code"], one["name"])
            for one in self.layanan["requirements"]
            if one["upload"]
        ]
        fields = [("field", one["name"], one["label"]) for one in editable(self.layanan["fields"])]
        return documents + fields

    def name_of(self, target: str) -> Any:
        names = {f"{kind}:{code}": name for kind, code, name in self.targets()}
        return names.get(target) or say("Usulan secara keseluruhan", "The proposal as a whole")

    @property
    def wants_result(self) -> bool:
        return "enter_result" in (self.proposal.get("allowed_actions") or ())


@dataclass(frozen=True)
class Choice:
    """What the officer ticked. `reasons` maps a target (or "") to a reason code."""

    decision: str = ""
    note: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        marked = self.reasons if self.decision != "approve" else {}
        return {
            "decision": self.decision,
            "note": self.note or None,
            "reasons": [
                {"code": code, "target": target or None} for target, code in marked.items()
            ],
        }


def load(proposal_id: str) -> Case:
    """This function will read the case as it is now."""
    path = f"{API}/proposals/{proposal_id}"
    found = api().load(path)
    layanan = api().get(f"{API}/layanan/{found.data['layanan']}")
    return Case(found.data, layanan, api().get(f"{path}/history")["data"], found.etag)


def chosen(form: "MultiDict[str, str]") -> Choice:
    """This function will read the decision form."""
    reasons = {
        name.removeprefix("reason."): form[name]
        for name in form
        if name.startswith("reason.") and form[name]
    }
    return Choice(form.get("decision", ""), form.get("note", "").strip(), reasons)


def missing(choice: Choice, case: Case) -> dict[str, str]:
    """This function will name what the form still lacks; the API judges the rest."""
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
