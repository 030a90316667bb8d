"""Every command in a fresh checkout, in the smallest environment that its entry gives it."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.process.config import key
from chassis.process.manifest import discover
from ops.commands import COMMANDS, ENVIRONMENTS
from ops.engines.child import Child
from ops.engines.process import answers, free_port
from tests.builders.environments import folder_of, put_environment
from tests.builders.service import settings_for

ROOT = Path(__file__).parents[2]
NOT_IN_A_CLONE = (".git", ".simpul", "__pycache__", ".*_cache")
REGION = ("--code", "kota-x", "--name", "Kota X", "--zone", "WITA")
ADMIN = ("--admin-nip", "197501012000011901", "--admin-name", "Admin Contoh")
NUMBER = re.compile(r"DEMO/[A-Z-]+/\d{4}/\d+")
# The build machine runs it, through ./simpul, before every full test run.
RUN_ELSEWHERE = {"lint"}
PRINTS_HELP = """
import contextlib, sys
from ops.main import main
for name in sys.argv[1:]:
    with contextlib.suppress(SystemExit):
        main([name, "--help"])
"""


@dataclass
class Clone:
    """A checkout in which nobody worked yet."""

    root: Path

    @property
    def home(self):
        return self.root / ".simpul"

    def surroundings(self, **settings):
        mine = {"LANG": "en_US.UTF-8", "PATH": os.environ["PATH"], "HOME": str(self.root)}
        return {**mine, **settings}

    def start(self, *arguments, **settings):
        """Start ./simpul in a process group of its own; both outputs come in one stream."""
        return subprocess.Popen(
            [str(self.root / "simpul"), *map(str, arguments)],
            env=self.surroundings(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def child(self, *arguments, **settings):
        """A process that says nothing when it is ready; `wait_until` looks from outside."""
        command = [str(self.root / "simpul"), *map(str, arguments)]
        return Child(command, log=self.root / "child.log", env=self.surroundings(**settings))

    def call(self, *arguments, code=0, **settings):
        """Run ./simpul to its end and return what it said."""
        process = self.start(*arguments, **settings)
        said, _ = process.communicate(timeout=100)
        assert process.returncode == code, said
        assert "Traceback" not in said
        return said


@contextlib.contextmanager
def started(clone, *arguments, until, **settings):
    """A command that goes on; yields what the line said that it was waited for."""
    process = clone.start(*arguments, **settings)
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if met := re.search(until, line):
                yield met
                break
        else:
            raise AssertionError("".join(said))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        process.stdout.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The code as it is, and environments that hold what each pins."""
    root = tmp_path_factory.mktemp("clone") / "simpul"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE))
    for name in ENVIRONMENTS:
        put_environment(root / ".simpul" / "environments", name)
    return root


@pytest.fixture
def clone(checkout, request):
    """The checkout with the environments that `having` names and no other."""
    home = checkout / ".simpul"
    shutil.rmtree(home / "venv", ignore_errors=True)
    shutil.rmtree(home / "data", ignore_errors=True)
    (home / "venv").mkdir()
    for name in request.param:
        place = folder_of(home, name)
        place.symlink_to(folder_of(home / "environments", name))
    return Clone(checkout)


def having(*environments):
    return pytest.mark.parametrize(
        "clone", [environments], indirect=True, ids=["+".join(environments)]
    )


def fetched(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status


@pytest.mark.slow
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_command_explains_itself_with_what_its_entry_gives_it(tmp_path, name):
    python = put_environment(tmp_path, name)
    commands = [command for command, entry in COMMANDS.items() if entry.needs == name]

    ended = subprocess.run(
        [python, "-P", "-c", PRINTS_HELP, *commands],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "LANG": "en_US.UTF-8"},
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
    )

    assert ended.returncode == 0, ended.stderr
    for command in commands:
        assert f"usage: simpul {command} " in ended.stdout


@pytest.mark.slow
@pytest.mark.live
@having("runtime")
def test_the_runtime_is_enough_to_run_a_demo_system_and_look_after_it(clone, tmp_path):
    with started(clone, "up", "--port", 0, until=r"ready at (http://\S+)") as ready:
        said = clone.call("demo", "--url", ready[1])
        assert re.fullmatch(r"\d{6}\n", clone.call("otp", "sysadmin"))
        clone.call("doctor")
        clone.call("dead")
        clone.call("replay", "proposal")
        clone.call("trace", NUMBER.search(said)[0])
        clone.call("backup", "--to", tmp_path / "saved.tar.gz")
    clone.call("restore", tmp_path / "saved.tar.gz", "--data", tmp_path / "again")

    assert "0 things" in clone.call("doctor", "--data", tmp_path / "again")


@pytest.mark.slow
@pytest.mark.live
@having("runtime")
def test_the_runtime_is_enough_for_a_real_region_and_its_first_link(clone, tmp_path):
    port, data = free_port(), tmp_path / "data"
    url = f"http://127.0.0.1:{port}"

    link = clone.call("init", *REGION, *ADMIN, "--url", url, "--data", data).split()[-1]
    with started(clone, "up", "--port", port, "--data", data, until=f"ready at {url}"):
        assert link.startswith(url)
        assert fetched(link) == 200


@pytest.mark.live
@having("runtime", "cluster")
def test_a_region_in_a_cluster_is_made_with_what_a_cluster_needs(clone, tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps({"secrets": {}, "ports": {}}))
    elsewhere = {"STORE_URL": f"file:{tmp_path}"}
    for name in discover():
        elsewhere[f"DATABASE_URL_{key(name)}"] = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
        elsewhere[f"BUS_URL_{key(name)}"] = "amqp://nobody:none@127.0.0.1:1/nothing"

    said = clone.call("init", *REGION, *ADMIN, "--data", tmp_path, code=2, **elsewhere)

    assert "start the cluster first" in said


@pytest.mark.slow
@pytest.mark.live
@having("cluster")
def test_the_clusters_environment_is_enough_for_its_processes(clone, tmp_path):
    settings, port = settings_for("documents", tmp_path), free_port()

    clone.call("migrate", "documents", **settings)
    with started(clone, "work", "documents", until="worker_started", **settings):
        pass
    serving = clone.child("serve", "documents", "--port", port, **settings)
    try:
        serving.start()
        serving.wait_until(lambda: answers(port))
        assert fetched(f"http://127.0.0.1:{port}/livez") == 200
    finally:
        serving.stop()

    assert "cluster" in clone.call("cluster", "status", "--data", tmp_path, code=2)


TABLE = """

class Added(RegionScoped, Base):
    __tablename__ = "added"
    id: Mapped[UUID] = mapped_column(primary_key=True)
"""


@pytest.mark.slow
@having("dev")
def test_the_tools_environment_is_enough_for_who_changes_the_code(clone):
    clone.call("generate", "--check")
    models = clone.root / "services" / "documents" / "models.py"
    models.write_text(models.read_text() + TABLE)
    written = clone.call("migration", "documents", "One more table").split()[-1]
    for folder in ("tests/faults", "bench"):
        shutil.rmtree(clone.root / folder)

    assert (clone.root / written).is_file()
    assert "1 passed" in clone.call(
        "test", "--fast", "-k", "no_environment", "tests/ops/test_launcher.py"
    )
    assert "gate" in clone.call("prove", "--list")
    assert "checkout" in clone.call("chaos", code=2)
    assert "checkout" in clone.call("bench", code=2)


def test_no_command_is_left_out():
    text = Path(__file__).read_text(encoding="utf-8")
    called = set(re.findall(r'(?:call|started|child)\(\s*(?:clone, )?"(\w+)"', text))

    assert called == set(COMMANDS) - RUN_ELSEWHERE
