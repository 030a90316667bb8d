"""A proposal its applicant may change: a draft, or one returned for revision."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.shell.cases import API, load_proposal
from portal.shell.forms import Definition, by_field, editable
from portal.shell.signed_in import api

OPEN_STAGES = ("draft", "revision")
# The kind of obstacle that filling in the form removes.
INCOMPLETE = "incomplete"


@dataclass
class Draft:
    """The proposal and its version; `values` and `answers` may be unsaved input."""

    proposal: dict[str, Any]
    etag: str | None
    values: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, str | None] = field(default_factory=dict)

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

    def notes(self, *, is_open: bool) -> list[dict[str, Any]]:
        """List what officers wrote: what the present revision asks for, or what is settled."""
        written = [note for slot in self.proposal["notes"].values() for note in slot]
        # A release before this one does not tell them apart.
        return [note for note in written if note.get("open", True) is is_open]

    @property
    def marked(self) -> dict[str, Definition]:
        """What the officer marked in the revision that is waited for, by target."""
        revision = self.proposal.get("revision") if self.is_revision else None
        return {part["target"]: part for part in revision["parts"]} if revision else {}

    @property
    def obstacles(self) -> list[Definition]:
        """What keeps it from being sent whatever is entered: the person, the office or time."""
        return [obstacle for obstacle in self._obstacles if obstacle["kind"] != INCOMPLETE]

    def missing(self) -> dict[str, str]:
        """Name by its part of the form what is still missing or wrong."""
        return by_field(
            {
                obstacle["pointer"]: obstacle["detail"]
                for obstacle in self._obstacles
                if obstacle["kind"] == INCOMPLETE
            }
        )[0]

    @property
    def _obstacles(self) -> list[Definition]:
        # A release before this one does not tell them.
        obstacles: list[Definition] = self.proposal.get("obstacles", [])
        return obstacles

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
    draft = Draft(reply.data, reply.etag, dict(reply.data["fields"]))
    draft.answers = {target: part["answer"] for target, part in draft.marked.items()}
    return draft


def place_of(target: str) -> str:
    """Name the place of a marked part among the errors of the form."""
    kind, _, name = target.partition(":")
    return f"{kind}s.{name}"


def layanan_offered() -> Any:
    return api().get(f"{API}/layanan")


def layanan(code: str) -> Any:
    return api().get(f"{API}/layanan/{code}")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
