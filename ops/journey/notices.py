"""The notices that each step must cause, once each, in the application and by mail."""

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
class Notice:
    """A notice that arrived."""

    key: str
    name: str
    subject: str
    is_mailed: bool


@dataclass
class Notices:
    """Reads the notices of all people involved; `mail` is the folder of .eml files, if local."""

    case: Case
    mail: Path | None
    seen: set[tuple[str, str]] = field(default_factory=set)

    def wait_for(self, expected: tuple[Expected, ...]) -> list[Notice]:
        """Wait until exactly these arrived and return all that are new.

        Raises `Unexpected` when one does not come in time, or comes twice.
        """
        missing = list(expected)
        arrived: list[Notice] = []
        deadline = time.monotonic() + PATIENCE
        while missing and time.monotonic() < deadline:
            for key, event in list(missing):
                for notice in self._new(self.case.person(key), event):
                    missing.remove((key, event))
                    arrived.append(notice)
            if missing:
                time.sleep(PAUSE)
        if missing:
            raise Unexpected(f"no notice {missing} within {PATIENCE:.0f} s")
        order = [key for key, _event in expected]
        return sorted(arrived, key=lambda notice: order.index(notice.key))

    def _new(self, person: Person, event: str) -> Iterator[Notice]:
        rows = [
            row
            for row in self._of_case(person)
            if row["event_type"] == event and (person.key, row["id"]) not in self.seen
        ]
        if len(rows) > 1:
            raise Unexpected(f"{person.key} has {len(rows)} notices of {event}")
        for row in rows:
            self.seen.add((person.key, row["id"]))
            yield Notice(person.key, person.name, row["subject"], "email" in row["channels"])

    def _of_case(self, person: Person) -> list[dict[str, Any]]:
        rows = person.get(f"{API}/notices?limit=100")["data"]
        return [row for row in rows if self.case.proposal_id in row["about"]]

    def subjects_to_mail(self) -> list[str]:
        """Return the subjects of the applicant's notices; an officer's are not mailed."""
        return [row["subject"] for row in self._of_case(self.case.applicant)]

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
