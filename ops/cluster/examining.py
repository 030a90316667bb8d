"""What `./simpul doctor` looks at in a cluster: supervisor, processes, events that failed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import urllib3

from ops import folder
from ops.cluster import control, ending
from ops.cluster.asking import trouble_of
from ops.doctor import Finding, examine_free_space, examine_instance, is_private, quoted
from ops.speech import choose


def examine(data: Path) -> Iterator[Finding]:
    """Examine a cluster's folder and what runs of it."""
    yield from examine_free_space(data)
    yield from is_private([data / name for name in (folder.PLAN, folder.CREDENTIALS)])
    rows = control.ask_quietly(data, "status")
    if rows is None:
        yield _without_supervisor(data)
        return
    for row in rows:
        yield examine_process(row, data)
    yield from examine_instance(data, again(data))
    for row in rows:
        if row["kind"] == "web" and row["ready"]:
            yield from examine_backlog(row, data)


def again(data: Path) -> str:
    return f"./simpul cluster --data {quoted(data)} --daemon"


def examine_process(row: dict[str, Any], data: Path) -> Finding:
    """Complain of a process that does not answer, or dies again and again."""
    about = f"{row['name']} {row['kind']} (pid {row['pid'] or '-'})"
    complaint = "" if row["ready"] else choose("belum menjawab", "does not answer")
    if row["keeps_dying"] or not row["ready"]:
        complaint = ", ".join(filter(None, [complaint, trouble_of(row)]))
    return Finding(about, complaint, f"less {quoted(log_of(row, data))}")


def log_of(row: dict[str, Any], data: Path) -> Path:
    """Return where a process writes what troubles it."""
    if row["kind"] == "keeper":
        return data / folder.LOG
    if row["kind"] in ("web", "worker"):
        return data / "logs" / f"{row['name']}-{row['kind']}.log"
    return data / str(row["name"])


def examine_backlog(row: dict[str, Any], data: Path) -> Iterator[Finding]:
    """Complain of events that a service has given up; gateway and portal have none."""
    try:
        url = f"http://127.0.0.1:{row['port']}/readyz"
        told = urllib3.request("GET", url, timeout=5, retries=False).json()
    except (urllib3.exceptions.HTTPError, ValueError):
        return
    if "backlog" not in told:
        return
    parked = told["backlog"].get("parked", 0)
    about = choose(f"{row['name']}: peristiwa gagal", f"{row['name']}: parked events")
    complaint = choose(f"{parked} peristiwa", f"{parked} events") if parked else ""
    yield Finding(f"{about}: {parked}", complaint, f"./simpul dead --data {quoted(data)}")


def _without_supervisor(data: Path) -> Finding:
    left = ending.running(data)
    if not left:
        return Finding(choose("kluster tidak sedang berjalan", "the cluster is not running"))
    return Finding(
        choose(f"{len(left)} proses berjalan", f"{len(left)} processes run"),
        choose("pengawasnya mati atau macet", "their supervisor is dead or hangs"),
        again(data),
    )
