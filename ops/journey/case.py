"""The proposal that the demo follows: who takes part, what was sent, how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.journey.sign_in import sign_in
from ops.journey.web import Person, Unexpected, Web

LAYANAN = "bebas_hukdis"
API = "/api/proposal/v1"
DOCUMENTS = "/api/documents/v1"

APPLICANT = "applicant"
OFFICERS = (
    "umpeg",
    "opd_head",
    "bkpsdm_admin",
    "bkpsdm_secretary",
    "bkpsdm_head",
)


def check(condition: object, what: str) -> None:
    """Raise `Unexpected` unless the condition holds."""
    if not condition:
        raise Unexpected(what)


@dataclass
class Case:
    """State of the demo, filled in step by step."""

    web: Web
    accounts: Mapping[str, Mapping[str, Any]]
    people: dict[str, Person] = field(default_factory=dict)
    definition: dict[str, Any] = field(default_factory=dict)
    proposal_id: str = ""
    proposal: dict[str, Any] = field(default_factory=dict)
    papers: dict[str, bytes] = field(default_factory=dict)
    opened: list[bytes] = field(default_factory=list)
    result: bytes = b""

    def person(self, key: str) -> Person:
        """Return a person, signed in at the first call."""
        if key not in self.people:
            check(key in self.accounts, f"no demo account {key}")
            self.people[key] = sign_in(self.web, key, self.accounts[key])
        return self.people[key]

    @property
    def applicant(self) -> Person:
        return self.person(APPLICANT)

    @property
    def address(self) -> str:
        return f"{API}/proposals/{self.proposal_id}"

    def seen_by(self, person: Person) -> tuple[dict[str, Any], str]:
        """Read the proposal, and the version a change must name."""
        proposal, etag = person.load(self.address)
        return proposal, etag

    def refresh(self) -> dict[str, Any]:
        self.proposal, _ = self.seen_by(self.applicant)
        return self.proposal
