"""The distributed form on one machine: the same main job, and changes while it runs.

What starts, changes and stops the cluster is typed once each as a person types it; the same words
again, questions and mistakes are said to the command in this process.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from ops.cluster import ending, plan
from ops.cluster.install import missing
from ops.cluster.supervisor import Supervisor
from ops.engines.child import PASSED_ON, PASSED_ON_FROM
from ops.engines.identity import MARK, identify
from ops.engines.s3 import S3
from tests.builders.cheap import PASSWORDS
from tests.builders.commanded import CLEAN, ROOT, Cluster, Load, said, start, typed
from tests.builders.engines import engine_folder

pytestmark = [pytest.mark.live, pytest.mark.alone]
CI = os.environ.get("CI") == "true"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if missing() and not CI:
        pytest.skip(f"not installed: {' '.join(missing())}")
    with engine_folder() as folder:
        running = start(folder / "cluster")
        yield running
        if running.runs:
            assert running.ask("stop").returncode == 0


def test_the_edge_and_then_a_part_are_started_again_after_both_were_killed(cluster):
    dead = {name: cluster.pids()[name] for name in ("nginx edge", "identity web")}
    for pid in dead.values():
        os.kill(pid, signal.SIGKILL)
    cluster.wait_for_others_than(dead)

    assert cluster.get("/.well-known/jwks.json") == 200


def test_all_processes_killed_at_once_are_started_again(cluster):
    dead = cluster.pids()
    for pid in dead.values():
        os.kill(pid, signal.SIGKILL)
    cluster.wait_for_others_than(dead)

    assert {"postgres engine", "nginx edge", "proposal worker", "portal web"} <= dead.keys()


def test_the_main_job_is_the_same_in_the_distributed_form(cluster):
    done = cluster.demo(by=typed)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_process_is_named_and_ready(cluster):
    told = cluster.ask("status", by=typed)

    assert told.returncode == 0
    for name in ("postgres", "rabbit", "s3", "nginx", "proposal", "gateway", "portal"):
        assert name in told.stdout


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


def test_without_its_supervisor_all_goes_on_and_the_next_takes_it_up(cluster):
    before = cluster.pids()
    [supervisor] = cluster.of("supervisor", "keeper")
    os.kill(supervisor["pid"], signal.SIGKILL)
    status, lost = cluster.get("/api/proposal/v1/openapi.json"), cluster.ask("status")
    start(cluster.data, port=None)

    assert status == 200
    assert (lost.returncode, "proposal web" in lost.stderr) == (1, True)
    assert cluster.pids() == before
    [supervisor_now] = cluster.of("supervisor", "keeper")
    assert supervisor_now["pid"] != supervisor["pid"]


def test_the_tools_of_the_engines_are_reached(cluster):
    queues = cluster.ask("ctl", "rabbitmqctl", "--", "-q", "list_queues", "-p", "simpul", by=typed)
    asked = ("ctl", "psql", "proposal", "--", "-Atc", "SELECT current_database(), current_user")
    database = cluster.ask(*asked, by=typed)

    assert "proposal.inbox" in queues.stdout, queues.stderr
    assert database.stdout == "proposal|simpul\n", database.stderr


def test_the_doctor_finds_a_cluster_well_and_names_what_is_not(cluster):
    well = said("doctor", "--data", cluster.data)
    [web] = cluster.of("portal", "web")
    os.killpg(web["pid"], signal.SIGSTOP)
    try:
        ill = said("doctor", "--data", cluster.data)
    finally:
        os.killpg(web["pid"], signal.SIGCONT)

    assert well.returncode == 0, well.stdout
    assert "proposal worker" in well.stdout
    assert (ill.returncode, "✗ portal web" in ill.stdout) == (1, True)


def test_the_edge_writes_a_line_for_each_request_and_nobodys_words(cluster):
    headers = {"X-Request-ID": "NIP-199001012015011901", "Authorization": "Bearer secret-token"}
    path = "/api/proposal/v1/proposals?q=199001012015011901"
    answer = urllib3.request("GET", cluster.url + path, headers=headers, retries=False)
    log = (cluster.data / "nginx" / "access.log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    [line] = [entry for entry in lines if entry["request_id"] == answer.headers["X-Request-ID"]]

    told = line["method"], line["route"], line["status"]
    assert told == ("GET", "/api/proposal/", "401")
    assert float(line["seconds"]) >= 0
    assert "199001012015011901" not in log
    assert "secret-token" not in log
    assert "127.0.0.1:" in line["upstream"]
    assert "remote" not in log
    private = (cluster.data / name for name in ("logs", "mail", "plan.json"))
    assert {path.stat().st_mode & 0o077 for path in private} == {0}


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


def environ_of(pid: int) -> dict[str, str]:
    told = Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
    return dict(line.split("=", 1) for line in told if "=" in line)


def test_each_process_is_told_its_own_settings_and_no_secret_of_another(cluster, monkeypatch):
    for name, value in PASSWORDS.items():  # as where the cluster was started
        monkeypatch.setenv(name, value)
    planned = plan.load(cluster.data, None)
    supervisor = Supervisor(planned, demo=False)
    owner = (cluster.data / "postgres" / "password").read_text().strip()
    secrets = {*planned.secrets.values(), owner}
    of_engines = {"s3": {planned.secrets["s3/access"], planned.secrets["s3/secret"]}}
    for row in [row for row in cluster.processes() if row["kind"] != "keeper"]:
        is_part = row["kind"] in ("web", "worker")
        told, own = environ_of(row["pid"]), of_engines.get(row["name"], set())
        settings = supervisor.settings_of(row["name"]) if is_part else {}
        own = own | {secret for secret in secrets if any(secret in v for v in settings.values())}
        words = Path(f"/proc/{row['pid']}/cmdline").read_text()

        assert not [s for s in secrets - own if any(s in v for v in told.values())], row["name"]
        assert not [secret for secret in secrets if secret in words], row["name"]
        if is_part:
            others = {name for name in told if not name.startswith(PASSED_ON_FROM)} - PASSED_ON
            own_address = {"WORKER_ADDRESS"} if row["kind"] == "worker" else set()
            assert others == {*settings, *own_address, MARK}, row["name"]
    identity = supervisor.settings_of("identity")
    assert "CLIENT_SECRET_PROPOSAL" in identity  # it registers the others
    assert owner not in str(identity)


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


def test_stopped_it_leaves_nothing_behind_and_says_so(cluster):
    """The last but one."""
    pids = [row["pid"] for row in cluster.processes()]
    told = cluster.ask("stop", by=typed)

    assert (told.returncode, "Kluster berhenti" in told.stdout) == (0, True)
    assert [pid for pid in pids if identify(pid)] == []
    assert "Tidak ada yang berjalan" in cluster.ask("stop").stdout


def test_stopped_without_its_supervisor_and_half_started_it_leaves_nothing_either(cluster):
    """The last of all."""
    command = [sys.executable, "-m", "ops", "cluster", "--data", str(cluster.data)]
    with subprocess.Popen(command, cwd=ROOT, env=CLEAN, stdout=subprocess.DEVNULL) as starting:
        deadline = time.monotonic() + 60
        while not ending.running(cluster.data):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        starting.kill()
    left = ending.running(cluster.data)
    told = cluster.ask("stop", by=typed)

    assert left
    assert (told.returncode, left[0] in told.stdout) == (0, True)
    assert ending.running(cluster.data) == []
