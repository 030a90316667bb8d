"""Refusals are counted in memory and noted together, so that a flood of them is a few rows.

Every service does this without code of its own: each answer of 401 or 403 is seen here, and each
404 that hides a row (`chassis.kernel.errors.Hidden`).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from math import inf
from threading import Lock
from uuid import UUID

from flask import Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from chassis.events.security import Kind, noted, tell
from chassis.http.auth import asking
from chassis.kernel.errors import Hidden, Refused
from chassis.process import regions
from chassis.process.clock import now
from chassis.process.loops import Loop
from chassis.process.runtime import Runtime, here
from chassis.process.telemetry import log

# Who asks with ever new accounts must not fill the memory: what comes after is nobody's.
MOST_KEYS = 500
WINDOW = timedelta(seconds=30)
LOOP = "refusals"
# Every session ends with one of these, and the application signs in again: no sign of anything.
_ORDINARY = {"token_expired"}


@dataclass(frozen=True)
class Refusal:
    """What refusals are counted by."""

    kind: Kind
    why: str
    region: str
    actor_id: UUID | None = None
    client_id: str | None = None
    thing: str = ""
    origin: str = ""
    person_id: UUID | None = None

    def lumped(self) -> "Refusal":
        """Return what it is counted as where too many are named: a person stays known."""
        if self.person_id is not None:
            return Refusal(self.kind, self.why, self.region, person_id=self.person_id)
        return Refusal(self.kind, "others", regions.ALL)


@dataclass
class Refusals:
    """The refusals of one service in one process that nobody has noted yet."""

    _counts: Counter[Refusal] = field(default_factory=Counter)
    _since: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def observe(self, response: Response) -> Response:
        """Count an answer that refuses; for Flask's `after_request`.

        A process without the loop that notes them does it here, a window later.
        """
        if (refusal := _of(response)) is not None:
            self.count(refusal)
            here().wake(LOOP)
        if self._is_due(2 * WINDOW):
            try:
                self.flush(here())
            except SQLAlchemyError as error:
                log.warning("refusals_not_noted", error=type(error).__name__)
        return response

    def count(self, refusal: Refusal, amount: int = 1) -> None:
        """Count a refusal, less exactly where too many are counted already."""
        with self._lock:
            if refusal not in self._counts and len(self._counts) >= MOST_KEYS:
                refusal = refusal.lumped()
            self._counts[refusal] += amount
            self._since = self._since or now()

    def loop(self, runtime: Runtime) -> Loop:
        """Return what notes them once a window, and the last ones when the process ends."""
        return Loop(
            LOOP,
            lambda: self._is_due(WINDOW) and self.flush(runtime),
            due=self._until_due,
            stop=partial(self.flush, runtime),
        )

    def flush(self, runtime: Runtime) -> bool:
        """Note what was counted, each refusal once; True when there was any."""
        with self._lock:
            counts, self._counts, self._since = self._counts, Counter(), None
        if not counts:
            return False
        try:
            with regions.all_regions(), runtime.db.transaction():
                for refusal, amount in counts.items():
                    facts = vars(refusal) | {"kind": str(refusal.kind), "amount": amount}
                    tell(noted(**{k: v for k, v in facts.items() if k != "region"}), refusal.region)
        except Exception:
            for refusal, amount in counts.items():
                self.count(refusal, amount)
            raise
        return True

    def _until_due(self) -> float:
        since = self._since
        return inf if since is None else (since + WINDOW - now()).total_seconds()

    def _is_due(self, age: timedelta) -> bool:
        since = self._since
        return since is not None and now() - since >= age


def count_here(refusal: Refusal) -> None:
    """Count what a service refuses by a rule of its own, with what is counted for all."""
    refusals: Refusals = current_app.extensions[LOOP]
    refusals.count(refusal)
    here().wake(LOOP)


def _of(response: Response) -> Refusal | None:
    refused: Refused | None = g.get("refusal")
    code = refused.code if refused else f"status_{response.status_code}"
    if response.status_code == 401:
        # Nobody is named who did not prove to be one.
        if code in _ORDINARY:
            return None
        return Refusal(Kind.TOKEN_REFUSED, code, regions.ALL)
    if response.status_code == 403 or isinstance(refused, Hidden):
        return None if _anybody_asks() else _access(code)
    return None


def _anybody_asks() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "anybody_asks", False))


def _access(code: str) -> Refusal:
    who = asking()
    rule = request.url_rule.rule if request.url_rule else "unmatched"
    thing = f"{request.method} {rule}"[:120]
    if who is None:
        return Refusal(Kind.ACCESS_REFUSED, code, regions.ALL, thing=thing)
    return Refusal(Kind.ACCESS_REFUSED, code, who.region, who.person_id, who.client_id, thing)
