"""Who was told what: the notices each step must cause, once each, in the app and by mail."""

import email
import email.policy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.journey.case import Case
from ops.journey.web import Person, Unexpected

API = "/api/notification/v1"
PATIENCE = 20.0
PAUSE = 0.15

Expected = tuple[str, str]  # (account key, event type)


@dataclass(frozen=True)
class Told:
    """One notice that arrived."""

    key: str
    name: str
    subject: str


@dataclass
class Notices:
    """Reads the notices of everybody concerned; `mail` is the folder of .eml files, if here."""

    case: Case
    mail: Path | None
    known: set[tuple[str, str]] = field(default_factory=set)

    def wait_for(self, expected: tuple[Expected, ...]) -> list[Told]:
        """Wait until exactly these arrived and return all that are new.

        Raises `Unexpected` when one does not come in time, or comes twice.
        """
        missing = list(expected)
        arrived: list[Told] = []
        deadline = time.monotonic() + PATIENCE
        while missing and time.monotonic() < deadline:
            for key, event in list(missing):
                for told in self._new(self.case.person(key), event):
                    missing.remove((key, event))
                    arrived.append(told)
            if missing:
                time.sleep(PAUSE)
        if missing:
            raise Unexpected(f"nobody told {missing} within {PATIENCE:.0f} s")
        order = [key for key, _event in expected]
        return sorted(arrived, key=lambda told: order.index(told.key))

    def _new(self, person: Person, event: str) -> Iterator[Told]:
        fresh = [one for one in self._of_case(person) if one["event_type"] == event]
        fresh = [one for one in fresh if (person.key, one["id"]) not in self.known]
        if len(fresh) > 1:
            raise Unexpected(f"{person.key} was told {event} {len(fresh)} times")
        for one in fresh:
            self.known.add((person.key, one["id"]))
            yield Told(person.key, person.name, one["subject"])

    def _of_case(self, person: Person) -> list[dict[str, Any]]:
        found = person.get(f"{API}/notices?limit=100")["data"]
        return [one for one in found if self.case.proposal_id in one["about"]]

    def subjects_to_mail(self) -> list[str]:
        """The applicant's notices go out by mail too; an officer's work items do not."""
        found = self._of_case(self.case.applicant)
        return [one["subject"] for one in found]

    def mails(self) -> list[str]:
        """Return the subjects of all mails about the proposal so far."""
        if self.mail is None:
            return []
        number = str(self.case.proposal.get("number") or self.case.proposal_id)
        subjects = [_subject(path) for path in sorted(self.mail.glob("*.eml"))]
        return [subject for subject in subjects if number in subject]


def _subject(path: Path) -> str:
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    return str(message["Subject"])
