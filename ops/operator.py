"""How a command speaks to the running system as its operator: a token of the client svc-ops."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import folder
from ops.journey.web import Answer, Unexpected, Web, expect
from ops.speech import Stop, choose

CLIENT = "svc-ops"
SECRET = "CLIENT_SECRET_OPS"  # noqa: S105 - the name of a setting


@dataclass(frozen=True)
class Operator:
    """A signed-in operator of one running system."""

    web: Web
    token: str

    def get(self, path: str) -> Any:
        return expect(200, self.ask(path)).json()

    def ask(self, path: str) -> Answer:
        """Read a path, whatever the answer is."""
        return self.web.call("GET", path, headers=self._headers())

    def post(self, path: str, content: dict[str, Any]) -> Any:
        headers = {**self._headers(), "Content-Type": "application/json"}
        body = json.dumps(content).encode()
        return expect(200, self.web.call("POST", path, body, headers)).json()

    def _headers(self) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.token}"}
        return {**bearer, "Accept-Language": choose("id", "en")}


def of(data: Path, url: str | None = None) -> Operator:
    """Sign in to the system that runs on the folder, or answers at `url`.

    Raises `Stop` when none runs or the sign-in fails.
    """
    instance = folder.Instance(pid=0, url=url.rstrip("/")) if url else folder.running(data)
    if instance is None:
        raise Stop(
            f"tidak ada Simpul yang berjalan pada folder {data}; jalankan ./simpul up dahulu",
            f"no Simpul runs on the folder {data}; run ./simpul up first",
        )
    web = Web(instance.url)
    try:
        return sign_in(web, data)
    except (Unexpected, OSError, ValueError, KeyError) as error:
        raise Stop(
            f"tidak dapat masuk sebagai operator: {error}",
            f"the operator cannot sign in: {error}",
        ) from error


def sign_in(web: Web, data: Path) -> Operator:
    """Sign in with the secret that the folder keeps."""
    basic = base64.b64encode(f"{CLIENT}:{_secret(data)}".encode()).decode()
    answer = web.post_form(
        "/oauth/token",
        {"grant_type": "client_credentials", "scope": "ops"},
        {"Authorization": f"Basic {basic}"},
    )
    return Operator(web, str(expect(200, answer).json()["access_token"]))


def _secret(data: Path) -> str:
    """A cluster keeps its secrets in its plan, the embedded form in a file of their own."""
    plan = data / folder.PLAN
    if plan.exists():
        return str(json.loads(plan.read_text(encoding="utf-8"))["secrets"]["client/ops"])
    return str(json.loads((data / folder.SECRETS).read_text(encoding="utf-8"))[SECRET])
