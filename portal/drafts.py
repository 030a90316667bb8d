"""A proposal its applicant may change: a draft, or one returned for revision."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from portal.api_client import ApiRefused, Attached
from portal.definitions import load_proposal
from portal.forms import Definition, by_field, editable, entered
from portal.signed_in import api
from portal.words import say

API = "/api/proposal/v1"
STALE = 412
OPEN_STAGES = ("draft", "revision")
PDF = "application/pdf"


@dataclass
class Draft:
    """The proposal and its version; `values` may be unsaved input."""

    proposal: dict[str, Any]
    etag: str | None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.proposal["id"])

    @property
    def path(self) -> str:
        return f"{API}/proposals/{self.id}"

    @property
    def is_open(self) -> bool:
        return self.proposal["stage"] in OPEN_STAGES

    @property
    def is_revision(self) -> bool:
        return bool(self.proposal["stage"] == "revision")

    @property
    def layanan(self) -> dict[str, Any]:
        """The version the proposal is filed under."""
        definition: dict[str, Any] = self.proposal["definition"]
        return definition

    @property
    def documents(self) -> dict[str, Any]:
        return {document["requirement"]: document for document in self.proposal["documents"]}

    @property
    def needed(self) -> dict[str, bool]:
        """Which documents must be there as the fields stand now."""
        return {
            document["requirement"]: document["needed"] for document in self.proposal["documents"]
        }

    def open_fields(self) -> list[Definition]:
        names = self.proposal["opened"]["fields"]
        return [
            definition
            for definition in editable(self.layanan["fields"])
            if definition["name"] in names
        ]

    def closed_fields(self) -> list[Definition]:
        names = {definition["name"] for definition in self.open_fields()}
        return [
            definition for definition in self.layanan["fields"] if definition["name"] not in names
        ]

    def open_requirements(self) -> list[Definition]:
        codes = self.proposal["opened"]["documents"]
        return [
            requirement
            for requirement in self.layanan["requirements"]
            if requirement["code"] in codes or not (requirement["upload"] or self.is_revision)
        ]

    def closed_requirements(self) -> list[Definition]:
        codes = {requirement["code"] for requirement in self.open_requirements()}
        return [
            requirement
            for requirement in self.layanan["requirements"]
            if requirement["code"] not in codes
        ]

    def missing(self) -> dict[str, str]:
        """Name what is required and not there; what depends on more, the API judges."""
        said = say("Wajib diisi.", "This field is required.")
        attach = say("Wajib dilampirkan.", "This document is required.")
        fields = {
            f"fields.{definition['name']}": said
            for definition in self.open_fields()
            if definition["required"] is True
            and self.values.get(definition["name"]) in (None, "", [])
        }
        return fields | {
            f"documents.{code}": attach
            for code, document in self.documents.items()
            if document["open"] and document["needed"] and not document["current"]
        }

    def is_replaced(self, code: str) -> bool:
        """Tell whether the document is newer than the last request for a revision."""
        file = self.documents[code]["current"]
        returned = [note["at"] for slot in self.proposal["notes"].values() for note in slot]
        return bool(file and returned) and _instant(file["attached_at"]) > max(
            map(_instant, returned)
        )

    def refresh(self) -> None:
        """Read again what changes made of the proposal; input and version stay as they are."""
        self.proposal = load_proposal(self.id).data


def load(proposal_id: str) -> Draft:
    """Read the proposal as it is now."""
    reply = load_proposal(proposal_id)
    return Draft(reply.data, reply.etag, dict(reply.data["fields"]))


def save(draft: Draft, key: str) -> tuple[dict[str, str], list[str]]:
    """Save fields and files; return errors by field and the other ones."""
    errors, others = by_field(save_fields(draft))
    for requirement in draft.open_requirements():
        file = request.files.get(f"document.{requirement['code']}")
        if file is None or not file.filename:
            continue
        try:
            attach(draft, requirement, file, key)
        except ApiRefused as refused:
            if refused.is_stale:
                raise
            errors[f"documents.{requirement['code']}"] = refusal_text(refused)
    if errors or others:
        draft.refresh()
    return errors, others


def save_fields(draft: Draft) -> dict[str, str]:
    """Save the changed values; return errors by pointer, keeping the input.

    The version is the one the form was rendered with: what somebody wrote in another window
    meanwhile is not overwritten unseen.
    """
    given = entered(draft.open_fields(), request.form)
    draft.values |= given
    stored = draft.proposal["fields"]
    changed = {name: value for name, value in given.items() if stored.get(name) != value}
    if not changed:
        return {}
    try:
        saved = api().send("PATCH", draft.path, {"fields": changed}, etag=_rendered(draft))
    except ApiRefused as refused:
        if refused.errors and not refused.is_stale:
            return refused.errors
        raise
    draft.etag = saved.etag or draft.etag
    return {}


def attach(draft: Draft, requirement: Definition, file: FileStorage, key: str) -> None:
    """Store a file with documents and hand its receipt to proposal.

    Raises `ApiRefused` when either says no.
    """
    code = requirement["code"]
    stored = api().upload(
        "/api/documents/v1/documents",
        Attached(file.filename or "dokumen.pdf", PDF, file.stream),  # type: ignore[arg-type]
        {"max_bytes": str(requirement["max_bytes"])},
        key=f"{key}-{code}",
    )
    saved = api().send(
        "PUT",
        f"{draft.path}/documents/{code}",
        {"receipt": stored["receipt"]},
        etag=draft.etag,
    )
    draft.etag = saved.etag or draft.etag


def detach(draft: Draft, code: str) -> None:
    saved = api().send("DELETE", f"{draft.path}/documents/{code}", etag=draft.etag)
    draft.etag = saved.etag or draft.etag


def refusal_text(refused: ApiRefused) -> str:
    """What to write beside the document."""
    first = next(iter(refused.errors.values()), "")
    return first or refused.detail or say("Berkas ditolak.", "The file was refused.")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _rendered(draft: Draft) -> str | None:
    return request.form.get("etag") or draft.etag
