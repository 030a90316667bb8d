"""The decision as the form tells it, and what ends a case before its time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from portal.sections.desk.reading import Case
from portal.shell.api_client import ApiRefused
from portal.shell.cases import API
from portal.shell.forms import sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api, person
from portal.shell.words import moment

_PLACED = ("reason", "note")


@dataclass(frozen=True)
class Choice:
    """What the officer ticked. `reasons` maps a target (or "") to a reason code."""

    decision: str = ""
    note: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        if self.decision == "approve":
            return not self.reasons
        return bool(self.decision and self.note)

    def body(self) -> dict[str, Any]:
        return {
            "decision": self.decision,
            "note": self.note,
            "reasons": [
                {"code": code, "target": target or None} for target, code in self.reasons.items()
            ],
        }


def chosen(form: "MultiDict[str, str]", case: Case) -> Choice:
    """Read the decision form; who can only approve or reject marks no part of the proposal."""
    reasons = {
        name.removeprefix("reason."): form[name]
        for name in form
        if name.startswith("reason.") and form[name]
    }
    if case.decisions and not case.may_return:
        reasons = {target: code for target, code in reasons.items() if not target}
    return Choice(form.get("decision", ""), form.get("note", "").strip(), reasons)


def missing(choice: Choice, case: Case) -> dict[str, str]:
    """Name what the form still lacks; the API judges the rest."""
    if choice.decision not in case.decisions:
        return {"decision": say("desk.choose_a_decision")}
    if choice.decision == "approve" and choice.reasons:
        return {"marks": say("desk.marked_but_approved")}
    if choice.decision != "approve" and not choice.note:
        return {"note": say("desk.note_required", decisions=case.refusals)}
    return {}


def what_became(choice: Choice, told: Mapping[str, Any]) -> str:
    """Say in a sentence what the decision did to the proposal."""
    number, stage = told["number"], told["stage_label"]
    match choice.decision:
        case "approve":
            return say("desk.approved_and_passed_on", number=number, stage=stage)
        case "revise":
            return say("desk.returned_for_revision", number=number)
        case _:
            return say("desk.rejected", number=number)


def what_changed(case: Case) -> str:
    """Say what happened to the proposal last, and whether it was the reader in another tab."""
    if not case.history:
        return ""
    latest = case.history[-1]
    values = {"what": latest["done_label"], "at": moment(latest["at"])}
    if latest.get("actor_id") == person()["id"]:
        return say("desk.changed_by_yourself", **values)
    names = (latest.get("acting_label"), latest.get("actor_name"))
    who = latest.get("decided_by") or " ".join(filter(None, names))
    return say("desk.changed_by", who=who, **values)


@dataclass(frozen=True)
class Closing:
    """Why a case ends before its time: what the officer chose and wrote."""

    reason: str = ""
    note: str = ""


def closing(form: "MultiDict[str, str]") -> Closing:
    """Read the form that ends a case before its time."""
    return Closing(form.get("reason", ""), form.get("note", "").strip())


def send_ending(case: Case, action: str, body: Mapping[str, Any]) -> Any:
    """Have the case ended, seen at the version of the form. Raises `ApiRefused`."""
    path, etag = f"{API}/proposals/{case.id}/{action}", request.form.get("etag")
    return api().send("POST", path, dict(body), etag=etag, key=sent_key()).data


def errors_of(refused: ApiRefused) -> dict[str, str]:
    """Put each error beside its field, or on top."""
    placed = {name: refused.errors[f"/{name}"] for name in _PLACED if f"/{name}" in refused.errors}
    return placed or {"": "; ".join(refused.errors.values()) or refused.detail}
