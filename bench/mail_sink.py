"""A mail server that takes everything and remembers when."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

from ops.engines.process import free_port


@dataclass
class Sink:
    """Started once for a run; `taken` holds when each mail came, by the notice it is about."""

    port: int = field(default_factory=free_port)
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _controller: Any = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def forget(self) -> None:
        self.taken.clear()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        at = time.time()
        lines = envelope.content.partition(b"\r\n\r\n")[0].decode(errors="replace").splitlines()
        for line in lines:
            if line.lower().startswith("message-id:"):
                self.taken[line.partition("<")[2].partition("@")[0]].append(at)
        return "250 OK"


SINK = Sink()
