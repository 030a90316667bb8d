from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import time_machine
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.adapters.machinery import Machinery
from services.documents.domain.uploads import LARGEST_PIECE
from tests.builders.clamav import ClamdServer, running
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.pdfs import a_pdf
from tests.builders.service import Service, one_service

API = "/api/documents/v1"
SLOT = "proposal/0193a1b2-0000-7000-8000-000000000001/sk_pangkat"


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


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=True) as traveller:
        yield traveller


@dataclass
class Sending:
    """Somebody who sends a file in pieces, by a permit or by their token."""

    desk: Desk
    headers: dict[str, str]
    where: str = ""

    def begin(self, length: int, name: str = "surat.pdf", **headers: str) -> TestResponse:
        told = {"Upload-Length": str(length), "Upload-Metadata": metadata(name), **headers}
        answer = self.ask("POST", f"{API}/uploads", **told)
        self.where = answer.headers.get("Location", "")
        return answer

    def piece(self, content: bytes, offset: int, **more: Any) -> TestResponse:
        kind = more.pop("content_type", "application/offset+octet-stream")
        headers = {"Upload-Offset": str(offset)}
        return self.ask("PATCH", self.where, data=content, content_type=kind, **headers)

    def send(self, content: bytes, start: int = 0) -> None:
        """Begin if need be, and send what is left from `start` on."""
        if not self.where:
            assert self.begin(len(content)).status_code == 201
        for offset in range(start, len(content), LARGEST_PIECE):
            answer = self.piece(content[offset : offset + LARGEST_PIECE], offset)
            assert answer.status_code == 204, answer.json

    def finish(self, content: bytes | None = None) -> TestResponse:
        if content is not None:
            self.send(content)
        return self.ask("POST", f"{self.where}/finish")

    def show(self) -> Any:
        return self.ask("GET", self.where).json

    def offset(self) -> int:
        return int(self.ask("HEAD", self.where).headers["Upload-Offset"])

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        kwargs = {name: more.pop(name) for name in ("data", "content_type") if name in more}
        headers = {"Tus-Resumable": "1.0.0", **self.headers, **more}
        return self.desk.service.call(method, path, headers=headers, **kwargs)


def metadata(name: str) -> str:
    return f"filename {b64encode(name.encode()).decode()},filetype YXBwbGljYXRpb24vcGRm"


def permit(desk: Desk, token: str | None = None, **body: Any) -> str:
    """Take a permit as the portal does."""
    order = {"slot": SLOT, **body}
    answer = desk.service.call("POST", f"{API}/permits", token=token or desk.token(), json=order)
    assert answer.status_code == 201, answer.json
    return str(answer.json["permit"])


def by_permit(desk: Desk, token: str | None = None, **body: Any) -> Sending:
    return Sending(desk, {"Upload-Permit": permit(desk, token, **body)})


def by_token(desk: Desk, token: str | None = None) -> Sending:
    return Sending(desk, {"Authorization": f"Bearer {token or desk.token()}"})
