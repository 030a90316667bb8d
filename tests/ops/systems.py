"""Starting the real command in a test and stopping it however the test wants."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops import folder
from ops.journey import applying
from ops.journey.case import Case
from ops.journey.web import Web
from tests.builders.cheap import PASSWORDS

# One worker of xdist runs what looks at the running system, so that it is started once.
ON_A_RUNNING_SYSTEM = [
    pytest.mark.live,
    pytest.mark.xdist_group("running-system"),
]
ROOT = Path(__file__).parents[2]
READY = re.compile(r"ready at (http://\S+)")


def surroundings(**more):
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("LC_", "PUBLIC_URL"))}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", **PASSWORDS, **more}


def run_ops(*arguments, patience=110, **more):
    """The command as ./simpul starts it, to its end, in `patience` seconds at most."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "ops", *map(str, arguments)],
        env=surroundings(**more),
        capture_output=True,
        check=False,
        text=True,
        timeout=patience,
    )


@dataclass
class Up:
    """A running `./simpul up`."""

    process: subprocess.Popen
    data: Path
    url: str
    said: list[str]
    errors: Path

    def case(self):
        accounts = {
            account["key"]: {**account, "region": "demo"}
            for account in folder.credentials(self.data)["accounts"]
        }
        return Case(Web(self.url), accounts)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(30)

    def kill_everything(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


def start(data, *arguments, **more):
    """Start the system and return once it says that it is ready."""
    errors = data.with_name(data.name + ".stderr")
    with errors.open("ab") as stderr:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "ops", "up"),
                *("--port", "0", "--data", str(data), *arguments),
            ],
            env=surroundings(**more),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    said = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if found := READY.search(line):
            return Up(process, data, found[1], said, errors)
    raise AssertionError(f"it ended with {process.wait()}: {errors.read_text()[-3000:]}")


@contextlib.contextmanager
def running(data, *arguments, **more):
    up = start(data, *arguments, **more)
    try:
        yield up
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(up.process.pid, signal.SIGKILL)
        up.process.wait(30)
        up.process.stdout.close()


def the_one_line(ended):
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    lines = ended.stderr.splitlines()
    assert len(lines) == 1
    return lines[0]


def submitted(case):
    applying.file_draft(case)
    applying.attach_documents(case)
    applying.submit(case)
    return case
