"""Calling another service: in this process (`local:`) or over HTTP, with the same words.

Every call carries the request id and this service's own client-credentials token. Nothing here
may be called inside a database transaction.
"""

import base64
import contextvars
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import urllib3
from werkzeug.test import Client

from chassis.kernel.errors import Unavailable
from chassis.process.context import current
from chassis.process.manifest import Manifest

_CONNECT = 0.5
_READ = 8.0
_READ_FILE = 30.0  # the peer may check a file for 20 s before it answers
_EARLIER = 30.0
_ISSUER = "identity"
_REFUSED = 401
_JSON_BACK = {"Accept": "application/json"}

_local: dict[str, dict[str, Any]] = {}
_local_lock = threading.Lock()


class PeerUnavailable(Unavailable):
    """Another service does not answer, or answered that it cannot."""

    code = "peer_unavailable"
    text = {
        "id": "Bagian sistem yang diperlukan sedang tidak menjawab. Silakan coba lagi sebentar.",
        "en": "A part of the system ({peer}) does not answer. Please try again soon.",
    }


class CalledInTransaction(Exception):
    """Another service was to be called while a transaction was open."""


@dataclass(frozen=True)
class Answer:
    """What a peer said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Transport(Protocol):
    """Carries one request to a peer. Raises `PeerUnavailable` when nobody answers in time."""

    def send(
        self,
        peer: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        seconds: float = _READ,
    ) -> Answer: ...


def register_local(name: str, service: str, app: Any) -> None:
    """Make an app reachable as a `local:` peer."""
    with _local_lock:
        _local.setdefault(name, {})[service] = app


def forget_local(name: str) -> None:
    """Let go of the apps that are reachable under a name; they would stay for ever."""
    with _local_lock:
        _local.pop(name, None)


@dataclass(frozen=True)
class LocalTransport:
    """WSGI calls in the same thread; the called app sees nothing of the caller's context."""

    name: str

    def send(
        self,
        peer: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        seconds: float = _READ,  # noqa: ARG002 - a call in this process takes what it takes
    ) -> Answer:
        app = _local.get(self.name, {}).get(peer)
        if app is None:
            raise PeerUnavailable(peer=peer)
        response = contextvars.Context().run(
            lambda: Client(app).open(path, method=method, headers=dict(headers), data=body)
        )
        return Answer(response.status_code, dict(response.headers), response.get_data())


@dataclass(frozen=True)
class HttpTransport:
    """HTTP through the address in front of all services."""

    base_url: str
    pool: urllib3.PoolManager

    def send(
        self,
        peer: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        seconds: float = _READ,
    ) -> Answer:
        try:
            response = self.pool.request(
                method,
                self.base_url + path,
                headers=dict(headers),
                body=body,
                timeout=urllib3.Timeout(connect=_CONNECT, read=seconds),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise PeerUnavailable(peer=peer) from error
        return Answer(response.status, dict(response.headers), response.data)


def transport(peers_url: str) -> Transport:
    """Return the transport that `peers_url` names."""
    if urlsplit(peers_url).scheme == "local":
        return LocalTransport(peers_url)
    return HttpTransport(peers_url, urllib3.PoolManager(num_pools=4, maxsize=16))


class Peers:
    """The other services, by name: `peers["documents"].post("/api/documents/v1/grants", …)`."""

    def __init__(self, manifest: Manifest, peers_url: str, client_secret: str) -> None:
        self._transport = transport(peers_url)
        self._manifest = manifest
        self._secret = client_secret
        self._tokens: dict[str, tuple[str, float]] = {}

    def __getitem__(self, peer: str) -> "Peer":
        return Peer(peer, self)

    def send(
        self,
        peer: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        seconds: float = _READ,
    ) -> Answer:
        context = current()
        if context is not None:
            headers = {**headers, "X-Request-ID": context.request_id}
        return self._transport.send(peer, method, path, headers, body, seconds=seconds)

    def token(self, peer: str, *, fresh: bool = False) -> str:
        """Return this service's access token for a peer, fetched and kept until it ages.

        `fresh` fetches another in its place. Raises `PeerUnavailable` when the issuer does not
        answer or refuses.
        """
        scope = " ".join(sorted({"events.read", *self._manifest.calls.get(peer, ())}))
        kept, good_until = self._tokens.get(scope, ("", 0.0))
        if time.monotonic() < good_until and not fresh:
            return kept
        credentials = f"svc-{self._manifest.name}:{self._secret}".encode()
        answer = self.send(
            _ISSUER,
            "POST",
            "/oauth/token",
            {
                "Authorization": f"Basic {base64.b64encode(credentials).decode()}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            urlencode({"grant_type": "client_credentials", "scope": scope}).encode(),
        )
        if answer.status != 200:
            raise PeerUnavailable(peer=_ISSUER)
        body = answer.json()
        self._tokens[scope] = (
            body["access_token"],
            time.monotonic() + float(body["expires_in"]) - _EARLIER,
        )
        return str(body["access_token"])


@dataclass(frozen=True)
class Peer:
    """One other service."""

    name: str
    peers: Peers

    def get(self, path: str, *, signed_in: bool = True) -> Answer:
        return self._send("GET", path, None, signed_in)

    def post(self, path: str, *, json: Any, signed_in: bool = True) -> Answer:
        return self._send("POST", path, json, signed_in)

    def put(self, path: str, *, json: Any, signed_in: bool = True) -> Answer:
        return self._send("PUT", path, json, signed_in)

    def post_file(self, path: str, *, form: Mapping[str, str], name: str, content: bytes) -> Answer:
        """Send a form with one file, named `file`; its check is waited for."""
        parts: dict[str, str | tuple[str, bytes]] = {**form, "file": (name, content)}
        data, content_type = urllib3.encode_multipart_formdata(parts)
        headers = {**_JSON_BACK, "Content-Type": content_type}
        return self._send_signed("POST", path, headers, data, seconds=_READ_FILE)

    def _send(self, method: str, path: str, body: Any, signed_in: bool) -> Answer:  # noqa: FBT001
        headers, data = {**_JSON_BACK}, None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if not signed_in:
            return self.peers.send(self.name, method, path, headers, data)
        return self._send_signed(method, path, headers, data)

    def _send_signed(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        data: bytes | None,
        *,
        seconds: float = _READ,
    ) -> Answer:
        def signed(token: str) -> Answer:
            bearer = {**headers, "Authorization": f"Bearer {token}"}
            return self.peers.send(self.name, method, path, bearer, data, seconds=seconds)

        answer = signed(self.peers.token(self.name))
        if answer.status == _REFUSED:
            # The clock was set, or keys changed, since the token was kept; nothing was done yet.
            answer = signed(self.peers.token(self.name, fresh=True))
        return answer
