"""The distributed form on one machine: the same main job, and changes while it runs.

What starts, changes and stops the cluster is typed once each as a person types it; the same words
again, questions and mistakes are said to the command in this process.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
import urllib3

from ops import main
from ops.cluster import control
from ops.cluster.install import missing
from ops.engines.s3 import S3
from tests.builders.engines import engine_folder

pytestmark = [pytest.mark.live, pytest.mark.alone]
ROOT = Path(__file__).parents[2]
CI = os.environ.get("CI") == "true"
# A test must not inherit settings of the shell it is run from.
CLEAN = {k: v for k, v in os.environ.items() if not k.endswith("_URL")} | {"LANG": "C.UTF-8"}


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
        return by("cluster", *words, "--data", self.data)

    def demo(self, by: Callable[..., Told] = said) -> Told:
        return by("demo", "--url", self.url, "--data", self.data)

    def processes(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = control.ask(self.data, "status")
        return rows

    def of(self, name: str, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.processes() if (row["name"], row["kind"]) == (name, kind)]

    def get(self, path: str) -> int:
        # A connection of its own: nginx closes idle ones when it takes up a new plan, and a
        # request just then goes out once more by itself only in a browser.
        alone = {"Connection": "close"}
        answer = urllib3.request("GET", self.url + path, headers=alone, timeout=15, retries=False)
        return answer.status


def start(data: Path, **settings: str) -> Cluster:
    started = typed("cluster", "--data", data, "--port", "0", "--daemon", **settings)
    assert started.returncode == 0, started.stderr + (data / "cluster.log").read_text()
    return Cluster(data, started.stdout.splitlines()[0])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if missing() and not CI:
        pytest.skip(f"not installed: {' '.join(missing())}")
    with engine_folder() as folder:
        running = start(folder / "cluster")
        yield running
        if running.runs:
            assert running.ask("stop").returncode == 0


def test_the_main_job_is_the_same_in_the_distributed_form(cluster):
    done = cluster.demo(by=typed)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_process_is_named_and_ready(cluster):
    told = cluster.ask("status", by=typed)

    assert told.returncode == 0
    for name in ("postgres", "rabbit", "s3", "nginx", "proposal", "gateway", "portal"):
        assert name in told.stdout


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


def test_a_service_is_restarted_without_a_failed_request(cluster):
    before = cluster.of("proposal", "web")
    with Load(cluster, "/api/proposal/v1/openapi.json") as load:
        assert cluster.ask("restart", "proposal", by=typed).returncode == 0
    after = cluster.of("proposal", "web")

    assert set(load.statuses) == {200}
    assert sum(load.statuses.values()) > 20
    assert {row["pid"] for row in before}.isdisjoint({row["pid"] for row in after})


def requests_counted(port: int) -> float:
    text = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics", timeout=10).data.decode()
    lines = [
        line
        for line in text.splitlines()
        if line.startswith("simpul_request_seconds_count") and "/jwks" in line
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def test_uploads_can_be_scaled_apart_and_the_requests_really_spread(cluster):
    assert cluster.ask("scale", "documents=3", by=typed).returncode == 0
    ports = [row["port"] for row in cluster.of("documents", "web")]
    before = {port: requests_counted(port) for port in ports}
    for _ in range(30):
        assert cluster.get("/api/documents/v1/jwks") == 200
    answered = {port: requests_counted(port) - before[port] for port in ports}

    assert len(ports) == 3
    assert min(answered.values()) >= 5, answered


def test_workers_are_scaled_by_their_own_name(cluster):
    assert cluster.ask("scale", "proposal-worker=2").returncode == 0
    assert len(cluster.of("proposal", "worker")) == 2
    assert cluster.ask("scale", "proposal-worker=1").returncode == 0
    assert len(cluster.of("proposal", "worker")) == 1


def test_a_dead_instance_leaves_the_rotation_and_is_replaced(cluster):
    cluster.ask("scale", "documents=2")
    victim = cluster.of("documents", "web")[0]["pid"]
    os.killpg(os.getpgid(victim), signal.SIGKILL)

    statuses = Counter(cluster.get("/api/documents/v1/jwks") for _ in range(20))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows = cluster.of("documents", "web")
        if len(rows) == 2 and all(row["ready"] for row in rows):
            break
        time.sleep(0.1)

    assert statuses == {200: 20}
    assert victim not in {row["pid"] for row in cluster.of("documents", "web")}
    cluster.ask("scale", "documents=1")


def test_an_engine_that_died_is_started_again(cluster):
    [victim] = [row["pid"] for row in cluster.processes() if row["name"] == "s3"]
    os.killpg(os.getpgid(victim), signal.SIGKILL)
    deadline = time.monotonic() + 60
    pids = {victim}
    while victim in pids and time.monotonic() < deadline:
        time.sleep(0.1)
        pids = {row["pid"] for row in cluster.of("s3", "engine") if row["ready"]} or {victim}

    assert victim not in pids


@pytest.mark.parametrize(
    "words", [("restart", "nothing"), ("scale", "gateway-worker=2"), ("scale", "nothing=2")]
)
def test_a_part_that_is_not_there_is_a_clear_error(cluster, words):
    told = cluster.ask(*words)

    assert told.returncode == 1
    assert words[1].split("=")[0] in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("scale", "documents"), ("scale", "documents=0"), ("restart",)])
def test_a_command_that_names_no_part_says_how(cluster, words):
    told = cluster.ask(*words)

    assert (told.returncode, len(told.stderr.splitlines())) == (2, 1)


def test_a_second_cluster_on_the_same_folder_is_refused(cluster):
    told = typed("cluster", "--data", cluster.data, "--port", "0")

    assert (told.returncode, len(told.stderr.splitlines())) == (2, 1)


def test_each_service_is_told_only_its_own_secrets(cluster):
    pid = cluster.of("proposal", "web")[0]["pid"]
    told = Path(f"/proc/{pid}/environ").read_text().split("\0")
    names = {line.split("=", 1)[0] for line in told}

    assert "DATABASE_URL_PROPOSAL" in names
    assert not {n for n in names if n.startswith("DATABASE_URL_")} - {"DATABASE_URL_PROPOSAL"}
    assert not {n for n in names if n.startswith("CLIENT_SECRET_")} - {"CLIENT_SECRET_PROPOSAL"}
    assert not any(name.startswith("OWNER_URL") for name in names)


@pytest.mark.prove(part="rest")
def test_started_on_another_store_it_has_everything(cluster):
    """An engine that settings point to is used, and none is started for it."""
    assert cluster.ask("stop").returncode == 0
    with engine_folder() as folder:
        theirs = S3(folder / "theirs", "their-access-key", "their-secret-key-of-some-length")
        theirs.start()
        again = start(cluster.data, STORE_URL=theirs.url)
        done = again.demo()
        names = {row["name"] for row in again.processes()}
        assert again.ask("stop").returncode == 0
        objects = [path for path in (folder / "theirs" / "objects").rglob("*") if path.is_file()]
        theirs.stop()
    start(cluster.data)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "s3" not in names
    assert "rabbit" in names
    assert len(objects) >= 5


def test_stopped_it_leaves_nothing_behind(cluster):
    """The last of all."""
    pids = [row["pid"] for row in cluster.processes()]

    assert cluster.ask("stop", by=typed).returncode == 0
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
