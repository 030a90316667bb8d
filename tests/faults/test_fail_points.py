"""Fail points: each one in the code is listed, each listed one is hit on purpose somewhere."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from chassis.process.failpoints import POINTS
from tests.faults.killer import RUNNING

ROOT = Path(__file__).parents[2]
CALL = re.compile(r"\bfailpoint\(\"([a-z_.]+)\"\)")
# Hit in this file, and `pieces` in `test_killed_while_a_file_comes_in_pieces`.
OF_THEIR_OWN = {
    "sweep.between_two",
    "migration.before_commit",
    "pieces.after_store",
    "pieces.after_finish",
}


def in_the_code() -> list[str]:
    files = [
        path for part in ("chassis", "services", "staff") for path in (ROOT / part).rglob("*.py")
    ]
    return [name for path in files for name in CALL.findall(path.read_text("utf-8"))]


def test_every_point_in_the_code_is_listed_and_stands_in_one_place():
    assert sorted(in_the_code()) == sorted(POINTS)


def test_every_listed_point_is_hit_by_the_gate_or_here():
    assert {point for point, _part in RUNNING} | OF_THEIR_OWN == set(POINTS)


def run(code: str, folder: Path, **settings: str) -> int:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env={"FAILPOINTS": str(folder), **settings}, check=False, timeout=60
    ).returncode


def test_an_armed_point_ends_the_first_process_that_comes_by_and_no_other(tmp_path):
    code = "from chassis.process.failpoints import failpoint; failpoint('api.after_commit')"
    (tmp_path / "api.after_commit").write_text("kill")

    assert run(code, tmp_path) == -signal.SIGKILL
    assert run(code, tmp_path) == 0
    assert len(list(tmp_path.glob("*.hit"))) == 1


def test_without_the_variable_a_point_does_nothing(tmp_path):
    (tmp_path / "api.after_commit").write_text("kill")
    code = "from chassis.process.failpoints import failpoint; failpoint('api.after_commit')"

    assert (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, check=False).returncode == 0
    )


MIGRATE = """
import sys
from pathlib import Path
from chassis.run import migration
from chassis.process.manifest import discover, load
from tests.builders.service import settings_for
app = load(discover()["proposal"].app)(settings_for("proposal", Path(sys.argv[1])))
migration.upgrade(app)
"""


@pytest.mark.slow
def test_a_migration_that_dies_before_its_end_is_simply_run_again(tmp_path):
    (tmp_path / "migration.before_commit").write_text("kill")
    code = MIGRATE.replace("sys.argv[1]", repr(str(tmp_path)))

    assert run(code, tmp_path) == -signal.SIGKILL
    assert run(code, tmp_path) == 0
    [database] = tmp_path.glob("proposal*.db")
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        assert "proposals" in inspect(connection).get_table_names()
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    engine.dispose()


SWEEP = """
import sys, time_machine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from chassis.process import runtime
from chassis.process.manifest import discover, load
from services.documents.workers.sweeping import sweep
from tests.builders.service import settings_for
folder = Path(FOLDER)
app = load(discover()["documents"].app)(settings_for("documents", folder))
with app.app_context():
    database = runtime.of(app).db
    database.metadata.create_all(database.engine)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        sweep()
"""


@pytest.fixture
def orphans(tmp_path):
    """Three objects in a file store that no document knows."""
    from tests.builders.service import settings_for

    url = settings_for("documents", tmp_path)["STORE_URL"]
    from services.documents.adapters.stores.opening import open_store
    from tests.documents.test_adapters_stores import put

    store = open_store(url)
    for name in ("a", "b", "c"):
        put(store, f"demo/2026/01/{name * 32}", b"orphan")
    return store


@pytest.mark.slow
def test_a_sweep_that_dies_half_way_is_finished_by_the_next(tmp_path, orphans):
    from datetime import UTC, datetime, timedelta

    (tmp_path / "sweep.between_two").write_text("kill")
    code = SWEEP.replace("FOLDER", repr(str(tmp_path)))
    later = datetime.now(UTC) + timedelta(hours=3)

    assert run(code, tmp_path) == -signal.SIGKILL
    assert len(list(orphans.older_than(later))) == 2
    assert run(code, tmp_path) == 0
    assert list(orphans.older_than(later)) == []
