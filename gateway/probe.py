"""Whether the services are ready and what their APIs are, asked by the gateway and cached."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from chassis.data.revisions import LATER
from chassis.http.peers import Answer, PeerUnavailable, Transport
from chassis.process.manifest import Manifest
from gateway import openapi

READY_SECONDS = 2.0
DOCUMENT_SECONDS = 300.0
INCOMPLETE_SECONDS = 5.0
_OK = 200
T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """Whether a service can serve, and whether a later release has changed its database.

    `degraded`: people can work, and others hear of it later; by what does less, why.
    """

    ready: bool
    later_schema: bool
    degraded: Mapping[str, str] | None = None

    @property
    def word(self) -> str:
        if not self.ready:
            return "unavailable"
        return "ok" if self.degraded is None else "degraded"


class Probe:
    """Asks all services at once and caches the answers for a moment."""

    def __init__(
        self,
        transport: Transport,
        manifests: Mapping[str, Manifest],
        probe_path: str,
        public_url: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._manifests = manifests
        self._probe_path = probe_path
        self._public_url = public_url
        self._clock = clock
        self._states = Cached[dict[str, State]](clock)
        self._document = Cached[dict[str, Any]](clock)

    def states(self) -> dict[str, State]:
        """Say of each service how it is."""
        return self._states.get(lambda: (self._ask_all(self._state), READY_SECONDS))

    def document(self) -> dict[str, Any]:
        """Return the merged OpenAPI document of the services that answer."""
        return self._document.get(self._merged)

    def _merged(self) -> tuple[dict[str, Any], float]:
        answers = self._ask_all(self._described)
        documents = {name: answer for name, answer in answers.items() if answer is not None}
        complete = len(documents) == len(self._manifests)
        document = openapi.merged(documents, self._manifests, self._public_url)
        return document, DOCUMENT_SECONDS if complete else INCOMPLETE_SECONDS

    def _ask_all(self, ask: Callable[[str], T]) -> dict[str, T]:
        with ThreadPoolExecutor(max_workers=max(1, len(self._manifests))) as pool:
            return dict(zip(self._manifests, pool.map(ask, self._manifests), strict=True))

    def _state(self, service: str) -> State:
        told = self._document_at(service, self._probe_path.format(service=service))
        schema = (told or {}).get("schema") or {}
        is_degraded = (told or {}).get("status") == "degraded"
        # One of the last release does not say why.
        degraded = (told or {}).get("degraded", {}) if is_degraded else None
        return State(told is not None, schema.get("state") == LATER, degraded)

    def _described(self, service: str) -> dict[str, Any] | None:
        return self._document_at(service, f"/api/{service}/v1/openapi.json")

    def _document_at(self, service: str, path: str) -> dict[str, Any] | None:
        answer = self._asked(service, path)
        if answer is None:
            return None
        try:
            document = json.loads(answer.body)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None

    def _asked(self, service: str, path: str) -> Answer | None:
        try:
            answer = self._transport.send(service, "GET", path, {}, None)
        except PeerUnavailable:
            return None
        return answer if answer.status == _OK else None


class Cached(Generic[T]):
    """One value and until when it is valid; only one thread fetches it anew."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._value: T | None = None
        self._until = float("-inf")

    def get(self, fetch: Callable[[], tuple[T, float]]) -> T:
        with self._lock:
            if self._value is None or self._clock() >= self._until:
                self._value, seconds = fetch()
                self._until = self._clock() + seconds
            return self._value
