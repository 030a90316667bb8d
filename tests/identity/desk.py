"""Calling identity's API as somebody of the demo region."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from chassis.events.envelope import Event
from tests.builders.service import under_test
from tests.identity import demo


class Desk:
    """The API of identity; people are named by their demo key."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.service = under_test(app)

    def id_of(self, key: str) -> UUID:
        return demo.employee_id(self.app, self.folder, key)

    def unit(self, code: str) -> str:
        return str(demo.unit_id(self.app, code))

    def call(
        self,
        who: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        region: str = "demo",
    ) -> TestResponse:
        token = self.service.person(self.id_of(who), "identity", region=region)
        body = {} if json is None else {"json": json}
        return self.service.call(
            method, f"/api/identity/v1{path}", token=token, headers=headers, **body
        )

    def events(self, event_type: str) -> list[Event]:
        return self.service.recorded(event_type)
