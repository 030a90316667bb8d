"""The loops that start again what died. No loop ends before the cluster does, whatever happens."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chassis.process.telemetry import log
from ops.cluster.engines import Server
from ops.cluster.restraint import Restraint
from ops.engines.process import EngineFailed, answers

LOOK_EVERY = 1.0


@dataclass
class Kept:
    """A server that is to run, an engine or the edge; `start` starts what of it does not run."""

    name: str
    kind: str
    server: Server
    start: Callable[[], None]
    stopping: threading.Event
    restraint: Restraint = field(default_factory=Restraint)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def alive(self) -> bool:
        return bool(getattr(self.server, "alive", self.server.child.alive))

    @property
    def row(self) -> dict[str, Any]:
        """Describe it for the status."""
        child, port = self.server.child, self.server.port
        alive = self.alive
        return {
            "name": self.name,
            "kind": self.kind,
            "pid": child.pid if child.alive else None,
            "port": port,
            "ready": alive and answers(port),
            **self.restraint.told,
        }

    def begin(self) -> None:
        """Start it, unless the cluster is being stopped; raise `EngineFailed`."""
        with self.lock:
            if self.stopping.is_set():
                raise EngineFailed(f"{self.name} is not started: the cluster is being stopped")
            self.restraint.begin()
            self.start()

    def stop(self) -> None:
        """Stop it, also while it is being started."""
        self.server.stop()
        with self.lock:
            self.server.stop()

    def look(self) -> bool:
        """Start it again if it died and its pause is over; tell whether it was started."""
        with self.lock:
            if self.alive or self.stopping.is_set():
                return False
            if self.restraint.note_death(self.server.child.last_lines(1)):
                tell_of_death(self.name, self.kind, self.restraint)
            if self.restraint.waits:
                return False
            self.begin()
        log.info("started_again", part=self.name, kind=self.kind)
        return True


def tell_of_death(part: str, kind: str, restraint: Restraint) -> None:
    """Log a death; one of a series as an error."""
    write = log.error if restraint.keeps_dying else log.warning
    waits = round(restraint.waits, 1)
    write("process_died", part=part, kind=kind, deaths=restraint.deaths, again_in=waits)


def forever(
    name: str, look: Callable[[], object], stopping: threading.Event, every: float | None = None
) -> None:
    """Look again and again until the cluster stops, however often looking fails."""
    while not stopping.wait(LOOK_EVERY if every is None else every):
        try:
            look()
        except EngineFailed as failure:
            log.error("not_started_again", part=name, reason=str(failure))
        except Exception:  # noqa: BLE001 - whatever it was, the next look may go well
            log.exception("look_failed", part=name)


def in_thread(
    name: str, look: Callable[[], object], stopping: threading.Event, every: float | None = None
) -> None:
    """Look in a thread of its own: what hangs in one keeps nothing else from being started."""
    given = (name, look, stopping, every)
    threading.Thread(target=forever, args=given, name=f"keeps {name}", daemon=True).start()
