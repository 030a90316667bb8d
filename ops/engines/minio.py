"""MinIO itself for a build machine that has Go: built beside the tests, never in their way.

Where it cannot be built in time, rclone's S3 server stays the one that is tested.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"
# With nothing cached and two busy cores it took eight minutes; the tests themselves take longer.
LONGEST = 720.0


@dataclass
class Build:
    """A build under way, in a process group of its own and with what the tests leave over."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    deadline: float

    @property
    def program(self) -> Path:
        return self.folder / "minio"

    def finished(self) -> bool:
        """Wait for what is left of the time, and tell whether the program is there."""
        try:
            self.process.wait(max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return self.process.returncode == 0 and self.program.exists()


def begin(folder: Path) -> Build | None:
    """Start building, on a build machine with Go and without MinIO only."""
    go, nice = shutil.which("go"), shutil.which("nice")
    if os.environ.get("CI") != "true" or not go or not nice or shutil.which("minio"):
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
