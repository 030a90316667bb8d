"""What processes use, as the kernel counts it: processor time and memory."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(roots: Iterable[int]) -> set[int]:
    """Return the processes and all that they have started."""
    parents = {
        int(entry.name): int(stat[1])
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and (stat := _stat(int(entry.name)))
    }
    found, grown = set(roots), True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found, grown = found | children, bool(children)
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return user and system time of processes and all they started, also of what ended."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in family(roots)) / _TICKS


def pss_mebibytes(roots: Iterable[int]) -> float:
    """Return the memory of processes and their children; what they share is counted once."""
    return sum(map(_pss, family(roots))) / 1024


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on; none once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
