"""What a journey needs of a running system, so that the same journey is taken in every form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flask import Flask

from ops.journey.web import Web


@dataclass
class Account:
    """A demo account as the credentials file tells it."""

    key: str
    nip: str
    name: str
    password: str
    totp_secret: str | None


class Form(Protocol):
    """The demo region running somewhere. Journeys go through `web`; the rest is for setting up.

    `apps` are the services in this process, on the system's own databases: for what no address
    offers, such as a layanan made for the test.
    """

    data_dir: Path
    public_url: str

    @property
    def apps(self) -> Mapping[str, Flask]: ...

    @property
    def web(self) -> Web: ...

    def account(self, key: str) -> Account: ...

    def client_secret(self, name: str) -> str:
        """Return the secret with which a service asks for its own tokens."""

    def settings_for_guest(self, name: str) -> dict[str, str]:
        """Return the settings of a service of the test's own, on the system's bus."""

    def settle(self, *guests: Flask) -> None:
        """Return when all that was said was heard, handled and delivered; guests speak too."""

    def wait_for_clock(self) -> None:
        """Return when every process shows the time of the test, which has just been set."""


def account_in(folder: Path, key: str) -> Account:
    """Return a demo account by its key, for example "umpeg"."""
    told = json.loads((folder / "demo-credentials.json").read_text("utf-8"))
    one = next(account for account in told["accounts"] if account["key"] == key)
    return Account(key, one["nip"], one["name"], one["password"], one["totp_secret"])
