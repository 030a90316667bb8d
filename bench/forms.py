"""The two forms of the system, each started once for all goals that want it, and ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import processes, tally
from bench.keeper import BROKER_USER, PASSWORD
from bench.people import People
from bench.process import KEY
from ops import folder
from ops.cluster import control
from ops.cluster.ending import end_everything
from ops.cluster.plan import load
from ops.engines.rabbit import VHOST
from ops.journey.web import Unexpected, Web
from tests.builders.tokens import Signer

ROOT = Path(__file__).parents[1]
EMBEDDED, DISTRIBUTED = "embedded", "distributed"
FORMS = (EMBEDDED, DISTRIBUTED)
SETTINGS = {
    "UPLOADS_PER_DAY": "1000000",
    "UPLOAD_MEGABYTES_PER_DAY": "1000000",
    "MAIL_FROM": "layanan@bkpsdm.example",
}
_START_WITHIN = 180.0
_STOP_WITHIN = 90.0


@dataclass(frozen=True)
class Used:
    """What a form had used by some moment."""

    counted: Counter[str]
    cpu: float  # seconds of our processes

    def since(self, before: "Used") -> "Used":
        told = Counter({name: n - before.counted[name] for name, n in self.counted.items()})
        return Used(told, self.cpu - before.cpu)


@dataclass
class Form:
    """A running system with the demo region."""

    name: str
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    started_in: float = 0.0
    signer: Signer = field(default_factory=Signer)
    kept: dict[str, Any] = field(default_factory=dict)  # what goals made for one another
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @cached_property
    def url(self) -> str:
        running = folder.running(self.data)
        assert running is not None
        return running.url

    @cached_property
    def people(self) -> People:
        return People.of(self.url, self.data, self.signer)

    def start(self) -> None:
        """Start it and wait until it is ready. Raises `RuntimeError` with the end of its log."""
        counts = self.home / "tally"
        counts.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o755)  # the engines' own users enter it
        told = {**SETTINGS, **self.settings, tally.FOLDER: str(counts), KEY: self.signer.jwks}
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(told),
                cwd=ROOT,
                env={**os.environ, **told, "LANG": "en_US.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the bench, and the bench ends it
            )
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() - began > _START_WITHIN:
                raise RuntimeError(f"{self.name} did not start:\n{self._last_lines()}")
            time.sleep(0.02)
        self.started_in = time.monotonic() - began

    def stop(self) -> None:
        """End it, politely at first."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def pids(self) -> dict[str, int]:
        """Name our processes, each with those it started in mind."""
        assert self._process is not None
        return {"up": self._process.pid}

    def engines(self) -> dict[str, int]:
        return {}

    def direct(self, _part: str) -> str:
        """Return the address of a part without the edge before it."""
        return self.url

    def used(self) -> Used:
        counted = tally.read(self.home / "tally")
        return Used(counted, processes.cpu_seconds(self.pids().values()))

    def settle(self, within: float = 60.0) -> bool:
        """Wait until nothing is counted any more but what an idle system does."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            before = self.used().counted
            time.sleep(0.5)
            if self.used().since(Used(before, 0.0)).counted["statements_after"] < 30:
                return True
        return False

    def _command(self, _told: Mapping[str, str]) -> Sequence[str]:
        words = ("up", "--port", "0", "--data", str(self.data))
        return (sys.executable, "-m", "bench.process", *words)

    def _is_ready(self) -> bool:
        running = folder.running(self.data)
        return running is not None and _answers(running.url)

    def _last_lines(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


@dataclass
class Cluster(Form):
    """The distributed form."""

    def _command(self, told: Mapping[str, str]) -> Sequence[str]:
        return (sys.executable, "-m", "bench.keeper", str(self.data), json.dumps(dict(told)))

    def _is_ready(self) -> bool:
        told = control.ask_quietly(self.data, "progress") if self.data.exists() else None
        return bool(told and told["ready"])

    def stop(self) -> None:
        super().stop()
        end_everything(self.data)

    @cached_property
    def _plan(self) -> Any:
        return load(self.data, None)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        return list(control.ask(self.data, "status"))

    def pids(self) -> dict[str, int]:
        ours = [row for row in self.rows if row["kind"] in ("web", "worker")]
        return {f"{row['name']} {row['kind']}": row["pid"] for row in ours}

    def engines(self) -> dict[str, int]:
        others = [row for row in self.rows if row["kind"] not in ("web", "worker")]
        return {row["name"]: row["pid"] for row in others if row["kind"] != "keeper"}

    def direct(self, part: str) -> str:
        kind = (part, "web")
        port = next(row["port"] for row in self.rows if (row["name"], row["kind"]) == kind)
        return f"http://127.0.0.1:{port}"

    @property
    def keeper(self) -> int:
        return int(self.rows[0]["pid"])

    @cached_property
    def url(self) -> str:
        return str(self._plan.public_url)

    def owner_url(self, service: str) -> str:
        """Return where psycopg reaches a service's database as its owner."""
        password = (self.data / "postgres" / "password").read_text().strip()
        port = self._plan.ports["postgres"]
        return f"postgresql://simpul:{password}@127.0.0.1:{port}/{service}"

    @property
    def broker_url(self) -> str:
        """Return where the bench itself reaches the broker."""
        return f"amqp://{BROKER_USER}:{PASSWORD}@127.0.0.1:{self._plan.ports['rabbit']}/{VHOST}"


def form_of(name: str, home: Path, settings: Mapping[str, str]) -> Form:
    return (Cluster if name == DISTRIBUTED else Form)(name, home, settings)


def _answers(url: str) -> bool:
    try:
        return Web(url).call("GET", "/readyz").status == 200
    except Unexpected:
        return False
