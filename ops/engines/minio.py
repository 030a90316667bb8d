"""MinIO itself, for `./simpul prove` on a machine that has Go: built beside its other parts."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
# With nothing cached and two busy cores it took eight minutes.
LONGEST = 1800.0


@dataclass
class Build:
    """A running build, in a process group of its own, at the lowest priority."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    deadline: float

    @property
    def program(self) -> Path:
        return self.folder / "minio"

    def finished(self) -> bool:
        """Wait until the deadline, and tell whether the program is there."""
        try:
            self.process.wait(max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return self.process.returncode == 0 and self.program.exists()


def begin(folder: Path) -> Build | None:
    """Start building, where Go is."""
    go, nice = shutil.which("go"), shutil.which("nice")
    if not go or not nice:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.log").open("wb") as log:
        process = subprocess.Popen(
            [nice, "-n", "19", go, "install", PACKAGE],
            env={**os.environ, "GOBIN": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Build(folder, process, time.monotonic() + LONGEST)
