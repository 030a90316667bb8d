"""Stands in for identity's token address and for what documents keeps of services' files."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask, request

from chassis.http import peers
from chassis.http.keys import KeySet
from chassis.http.receipts import TYPE
from chassis.process.ids import uuid7
from tests.builders.service import Service
from tests.builders.tokens import Signer


@dataclass
class Keeper:
    """Keeps what it is sent; `status` and `code` are what it says instead, `claims` what its receipts say.

    With `loses_answers` it keeps what it is sent, and says `status` all the same.
    """

    signer: Signer
    status: int = 201
    code: str = "refused"
    loses_answers: bool = False
    claims: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    _receipts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def beside(self, service: Service) -> "Keeper":
        """Stand where a service looks for its peers."""
        app, runtime = Flask("documents"), service.runtime
        app.add_url_rule("/oauth/token", view_func=self._token, methods=["POST"])
        path = "/api/documents/v1/documents/made"
        app.add_url_rule(path, view_func=self._make, methods=["POST"])
        app.add_url_rule(path, "find", view_func=self._find)
        for peer in ("identity", "documents"):
            peers.register_local(runtime.settings.peers_url, peer, app)
        runtime.receipt_keys = KeySet("receipts", lambda: service.signer.jwks, runtime.db)
        return self

    def _token(self) -> Any:
        return {"access_token": "a-client-token", "expires_in": 300}

    def _find(self) -> Any:
        key = _key(request.args)
        return (self._told(key), 200) if key in self.kept else ({"code": "not_found"}, 404)

    def _make(self) -> Any:
        if self.status != 201 and not self.loses_answers:
            return {"code": self.code}, self.status
        file, key = request.files["file"], _key(request.form)
        self.kept[key] = file.read()
        self._receipts[key] = {
            "id": str(uuid7()),
            "owner": str(UUID(request.form["owner"])),
            "region": request.form["region"],
            "sha256": "ab" * 32,
            "size": len(self.kept[key]),
            "content_type": "application/pdf",
            "pages": 1,
            "name": file.filename,
        }
        if self.loses_answers:
            return {"code": self.code}, self.status
        return self._told(key), 201

    def _told(self, key: str) -> dict[str, str]:
        return {"receipt": self.signer.sign(self._receipts[key] | self.claims, typ=TYPE)}


def _key(said: Any) -> str:
    return f"{said['region']} {said['subject']} {said['version']}"
