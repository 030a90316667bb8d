"""What a system costs that nobody uses: its processor time over a minute, as the kernel counts it."""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops import folder, reports
from ops.cluster import control
from tests.builders.engines import engine_folder
from tests.ops.systems import run_ops, running

pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.prove(part="idle")]
SETTLED, MEASURED = 45.0, 60.0  # seconds; the first are for what a start leaves to be done
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """A line of `/proc/<pid>/stat`."""

    parent: int
    ticks: int


def processes() -> dict[int, Process]:
    seen = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # A program's name may hold blanks; what follows its bracket does not.
            columns = path.read_text().rpartition(")")[2].split()
            ticks = int(columns[11]) + int(columns[12])
            seen[int(path.parent.name)] = Process(int(columns[1]), ticks)
    return seen


def family(pid: int, all_of_them: dict[int, Process]) -> Iterator[int]:
    """Name a process and all that it has started."""
    yield pid
    for child in [each for each, process in all_of_them.items() if process.parent == pid]:
        yield from family(child, all_of_them)


def costs(groups: dict[str, list[int]]) -> dict[str, float]:
    """Return each group's share of one core, in percent, over the measured time."""
    before = processes()
    threading.Event().wait(MEASURED)
    after = processes()
    return {
        name: 100 * sum(after[pid].ticks - before[pid].ticks for pid in pids) / TICKS / MEASURED
        for name, pids in groups.items()
    }


def told(title: str, shares: dict[str, float]) -> None:
    lines = [f"{name:<24}{share:6.2f} %" for name, share in shares.items()]
    reports.write(title, "\n".join([*lines, f"{'together':<24}{sum(shares.values()):6.2f} %"]))


def test_the_embedded_form_costs_half_a_percent_of_a_core_at_most(tmp_path):
    with running(tmp_path / "data") as up:
        threading.Event().wait(SETTLED)
        shares = costs({"up": [*family(up.process.pid, processes())]})

    told("idle-embedded", shares)
    assert shares["up"] <= 0.5


def test_each_process_of_a_cluster_costs_three_thousandths_of_a_core_at_most():
    with engine_folder() as data:
        started = run_ops("cluster", "--daemon", "--data", data, "--port", "0", patience=300)
        assert started.returncode == 0, started.stderr
        try:
            threading.Event().wait(SETTLED)
            shares = costs(cluster_groups(data))
        finally:
            run_ops("cluster", "stop", "--data", data)

    told("idle-cluster", shares)
    engines = {"postgres", "rabbit", "s3"}
    assert len(shares) > 10
    assert {name: s for name, s in shares.items() if name not in engines and s > 0.3} == {}


def cluster_groups(data: Path) -> dict[str, list[int]]:
    running_now = processes()
    groups = {
        row["name"] if row["kind"] == "engine" else f"{row['name']} {row['kind']}": [
            *family(row["pid"], running_now)
        ]
        for row in control.ask(data, "status")
        if row["kind"] != "keeper"  # all others are its family; it is counted by itself below
    }
    supervisor = folder.running(data)
    assert supervisor is not None
    return {**groups, "supervisor": [supervisor.pid]}
