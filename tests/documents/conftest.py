from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from chassis.process.ids import uuid7
from services.documents.adapters.machinery import Machinery
from tests.builders.clamav import ClamdServer, running
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.pdfs import a_pdf
from tests.builders.service import Service, one_service

API = "/api/documents/v1"


@dataclass
class Desk:
    """The documents service and the people at its desk."""

    service: Service
    owner: UUID

    @property
    def machinery(self) -> Machinery:
        found: Machinery = self.service.app.extensions["documents"]
        return found

    def token(self, person: UUID | None = None, **claims: Any) -> str:
        return self.service.person(person or self.owner, "documents", **claims)

    def upload(
        self,
        content: bytes | None = None,
        *,
        name: str = "surat.pdf",
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **form: Any,
    ) -> TestResponse:
        content = a_pdf() if content is None else content
        file = FileStorage(BytesIO(content), filename=name)
        boundary, body = encode_multipart({"file": file, **form})
        return self.service.call(
            "POST",
            f"{API}/documents",
            token=token or self.token(),
            headers=headers,
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def get(self, path: str, token: str | None = None, **kwargs: Any) -> TestResponse:
        where = path if path.startswith("/") else f"{API}/{path}"
        return self.service.call("GET", where, token=token or self.token(), **kwargs)

    def grant(self, document_id: str, viewer: UUID, /, **body: Any) -> TestResponse:
        order = {"document_id": document_id, "viewer": str(viewer), "purpose": "verifikasi"}
        token = self.service.client("svc-proposal", "documents.grant")
        return self.service.call("POST", f"{API}/grants", token=token, json={**order, **body})


@pytest.fixture(scope="module")
def busy_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for many independent uploads of a module's tests."""
    folder = tmp_path_factory.mktemp("busy")
    made = Desk(one_service("documents", folder, UPLOADS_PER_DAY="100000"), uuid7())
    yield made
    made.service.close()


@pytest.fixture
def desk(service: Callable[..., Service]) -> Desk:
    return Desk(service("documents"), uuid7())


@pytest.fixture(scope="session")
def clamd() -> Iterator[ClamdServer]:
    """One daemon for all tests of this process; who kills it starts it again."""
    with or_skipped(), engine_folder() as folder, running(folder) as server:
        yield server
