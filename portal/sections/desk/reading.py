"""What an officer's pages need, from the API: queues, cases, and what was decided before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.shell.cases import API, load_proposal
from portal.shell.signed_in import api

PAGE_SIZE = "10"


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
    def decisions(self) -> dict[str, str]:
        return self._offered("decisions")

    @property
    def may_return(self) -> bool:
        """Tell whether parts can be marked for the applicant to correct."""
        return self.may("revise")

    @property
    def refusals(self) -> str:
        """Name the decisions that need a note."""
        return ", ".join(label for code, label in self.decisions.items() if code != "approve")

    @property
    def reasons(self) -> dict[str, str]:
        return self._offered("reasons")

    @property
    def results(self) -> dict[str, str]:
        return self._offered("results")

    def reasons_about(self, kind: str) -> dict[str, str]:
        """Return the reasons for marking a document, a field or the whole proposal."""
        offered = self.proposal["choices"]["reasons"]
        return {reason["code"]: reason["label"] for reason in offered if kind in reason["about"]}

    @property
    def wants_result(self) -> bool:
        return self.may("enter_result")

    @property
    def closings(self) -> dict[str, str]:
        return self._offered("closings")

    def may(self, action: str) -> bool:
        return action in self.proposal["allowed_actions"]

    def _offered(self, name: str) -> dict[str, str]:
        """Return what the service offers, from the code to its label."""
        return {
            choice["code"]: choice["label"] for choice in self.proposal["choices"].get(name, ())
        }


def queues() -> list[dict[str, Any]]:
    """Say which queues the person decides from, with how many wait; none = no desk."""
    return list(api().get(f"{API}/inbox/queues")["data"])


def inbox(wanted: Mapping[str, str | None]) -> Any:
    return api().get(f"{API}/inbox", limit=PAGE_SIZE, **wanted)


def decided(wanted: Mapping[str, str | None]) -> Any:
    return api().get(f"{API}/decided", limit=PAGE_SIZE, **wanted)


def load(proposal_id: str) -> Case:
    """Read the case as it is now."""
    reply = load_proposal(proposal_id)
    history = api().get(f"{API}/proposals/{proposal_id}/history")["data"]
    return Case(reply.data, history, reply.etag)
