"""The supervisor as a process of its own: `python -m tests.faults.keeper <folder>`, which can die.

Whoever runs a cluster starts it again; it takes up what runs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.run import install_witness

if __name__ == "__main__":  # who only imports this may run other services
    install_witness()  # before anything asks which services there are

from chassis.process.telemetry import configure_logs
from ops.cluster import control, plan, starting
from ops.cluster.ending import end_everything
from ops.cluster.supervisor import Supervisor
from tests.builders.cheap import PASSWORDS

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.faults.run")
_SETTINGS = "keeper.json"
_LONGEST_START = 300.0
_LONGEST_STOP = 120.0


def supervisor_of(folder: Path, extra: Mapping[str, str]) -> Supervisor:
    return Supervisor(
        plan.load(folder, None),
        demo=True,
        command=COMMAND,
        extra={**PASSWORDS, **extra},
        longest_pause=1.0,  # whoever kills by the dozen does not want to wait for the next
    )


@dataclass
class Keeper:
    """The supervisor of one folder, as somebody sees it who starts it and may kill it."""

    folder: Path
    extra: Mapping[str, str]
    _deaths: int = 0  # of what supervisors that are dead had looked after
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def revived(self) -> int:
        rows = control.ask_quietly(self.folder, "status") or []
        return self._deaths + sum(row["deaths"] for row in rows)

    def start(self) -> None:
        """Start it and wait until it looks after everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / _SETTINGS).write_text(json.dumps(dict(self.extra)))
        log = self.folder / "keeper.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.keeper", str(self.folder)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + _LONGEST_START
        while not self.is_ready:
            if not self.alive or time.monotonic() > deadline:
                raise AssertionError(f"the supervisor did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)

    @property
    def is_ready(self) -> bool:
        told = control.ask_quietly(self.folder, "progress") or {}
        return bool(told.get("ready")) and told["pid"] == self.pid

    def kill(self) -> None:
        self._deaths = self.revived
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        if self.alive and self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_LONGEST_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
        end_everything(self.folder)


def main() -> None:
    folder = Path(sys.argv[1])
    configure_logs(terminal=False, level=30)
    starting.run(supervisor_of(folder, json.loads((folder / _SETTINGS).read_text())))


if __name__ == "__main__":
    main()
