"""Logs of a bounded size: turned by a rename, so that no line is lost and no other program needed.

Our own processes notice that their file was moved (`chassis.process.log_file`), nginx is told.
PostgreSQL, RabbitMQ and rclone turn theirs themselves; of PostgreSQL's the oldest are taken away.
"""

import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops import folder
from ops.engines.nginx import Nginx
from ops.engines.process import EngineFailed

MOST_BYTES = 10_000_000
KEPT = 5  # earlier files of each log, `<log>.1` the latest
LOOK_EVERY = 10.0


@dataclass
class Logs:
    """The logs of one cluster's folder."""

    folder: Path
    nginx: Nginx
    most: int = MOST_BYTES

    def look(self) -> None:
        """Turn what has grown too large."""
        for path in (self.folder / folder.LOG, *sorted((self.folder / "logs").glob("*.log"))):
            self._turn(path)
        of_edge = sorted(self.nginx.listening.folder.glob("*.log"))
        if [path for path in of_edge if self._turn(path)]:
            with suppress(EngineFailed):
                self.nginx.child.signal(signal.SIGUSR1)
        for path in self._earlier_of_postgres():
            path.unlink(missing_ok=True)

    def _turn(self, path: Path) -> bool:
        with suppress(FileNotFoundError):
            if path.stat().st_size > self.most:
                turn(path)
                return True
        return False

    def _earlier_of_postgres(self) -> list[Path]:
        return sorted((self.folder / "postgres" / "log").glob("*.log"))[: -KEPT - 1]


def turn(path: Path) -> None:
    """Move a log away; whoever writes it goes on in the moved file until it notices."""
    for number in range(KEPT, 0, -1):
        earlier = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        with suppress(FileNotFoundError):
            earlier.replace(path.with_name(f"{path.name}.{number}"))
