"""A cluster that is spoken to as people do: by commands, typed or said in this process."""

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import urllib3

from ops import main
from ops.cluster import control
from tests.builders.cheap import PASSWORDS

ROOT = Path(__file__).parents[2]
# A test must not inherit settings of the shell it is run from.
CLEAN = {k: v for k, v in os.environ.items() if not k.endswith("_URL")}
CLEAN |= {"LANG": "C.UTF-8", **PASSWORDS}


@dataclass
class Told:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def typed(*arguments: object, timeout: float = 300, **settings: str) -> Told:
    command = [sys.executable, "-m", "ops", *map(str, arguments)]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=CLEAN | settings,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Told(ended.returncode, ended.stdout, ended.stderr)


def said(*arguments: object) -> Told:
    """Say a command in this process, which costs no interpreter of its own."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = main.main([*map(str, arguments)])
    return Told(code, out.getvalue(), errors.getvalue())


@dataclass
class Cluster:
    data: Path
    url: str

    @property
    def runs(self) -> bool:
        return (self.data / control.SOCKET).exists()

    def ask(self, *words: str, by: Callable[..., Told] = said) -> Told:
        return by("cluster", "--data", self.data, *words)

    def demo(self, by: Callable[..., Told] = said) -> Told:
        return by("demo", "--url", self.url, "--data", self.data)

    def processes(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = control.ask(self.data, "status")
        return rows

    def of(self, name: str, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.processes() if (row["name"], row["kind"]) == (name, kind)]

    def pids(self) -> dict[str, int]:
        """Name every process but the supervisor with its number, where it has only one."""
        rows = [row for row in self.processes() if row["kind"] != "keeper"]
        return {f"{row['name']} {row['kind']}": row["pid"] for row in rows}

    def wait_for_others_than(self, dead: dict[str, int]) -> dict[str, int]:
        """Wait until each of these is there anew and ready; return what is there at the end."""
        deadline = time.monotonic() + 120
        while True:
            rows = self.processes()
            pids = {f"{row['name']} {row['kind']}": row["pid"] for row in rows if row["ready"]}
            if all(pids.get(name) not in (None, pid) for name, pid in dead.items()):
                return pids
            assert time.monotonic() < deadline, rows
            time.sleep(0.2)

    def get(self, path: str) -> int:
        # A connection of its own: nginx closes idle ones when it takes up a new plan, and a
        # request just then goes out once more by itself only in a browser.
        alone = {"Connection": "close"}
        answer = urllib3.request("GET", self.url + path, headers=alone, timeout=15, retries=False)
        return answer.status


def start(data: Path, *, port: int | None = 0, **settings: str) -> Cluster:
    """Start it behind, at a free port; at the one it had where `port` is None."""
    at = () if port is None else ("--port", port)
    started = typed("cluster", "--data", data, *at, "--daemon", **settings)
    assert started.returncode == 0, started.stderr + (data / "cluster.log").read_text()
    return Cluster(data, started.stdout.splitlines()[0])


class Load:
    """Requests one after another in a few threads until told to stop."""

    def __init__(self, cluster: Cluster, path: str) -> None:
        self.statuses: Counter[object] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(cluster, path)) for _ in range(3)]

    def _ask(self, cluster: Cluster, path: str) -> None:
        while not self._stop.is_set():
            try:
                self.statuses[cluster.get(path)] += 1
            except urllib3.exceptions.HTTPError as error:
                self.statuses[type(error).__name__] += 1
            time.sleep(0.08)  # below the rate limit, which all three share

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
