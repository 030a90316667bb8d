"""The demo region's people, signed in when they are first asked for, and again in time."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.journey.sign_in import sign_in
from ops.journey.web import Person, Web

FRESH = 200.0  # seconds


@dataclass
class People:
    """Who may ask."""

    url: str
    accounts: Mapping[str, Mapping[str, Any]]
    _known: dict[str, tuple[float, Person]] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str, data: Path) -> "People":
        told = json.loads((data / "demo-credentials.json").read_text("utf-8"))
        region = told["region"]
        return cls(url, {one["key"]: {**one, "region": region} for one in told["accounts"]})

    def person(self, key: str) -> Person:
        at, person = self._known.get(key, (0.0, None))
        if person is None or time.monotonic() - at > FRESH:
            person = sign_in(Web(self.url), key, self.accounts[key])
            self._known[key] = (time.monotonic(), person)
        return person

    def token(self, key: str) -> str:
        return self.person(key).token
