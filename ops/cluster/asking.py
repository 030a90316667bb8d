"""Commands to a cluster that runs: status, restart, scale, stop; stop also where nobody hears."""

import argparse
import signal
from pathlib import Path
from typing import Any

from ops import folder
from ops.cluster import control, ending
from ops.engines.child import end, gone
from ops.engines.identity import Identity, identify
from ops.speech import Stop, choose, say

# More than draining every process and stopping every engine takes.
_LONGEST_STOP = 180.0


def run(options: argparse.Namespace) -> int:
    if options.action == "stop":
        return stop(options.data)
    arguments = target_of(options) if options.action in ("restart", "scale") else {}
    try:
        rows = control.ask(options.data, options.action, **arguments)
    except control.NobodyHears as nobody:
        raise _without_supervisor(options.data, nobody) from nobody
    for row in rows:
        print(line_of(row))
    return 0 if all(row["ready"] for row in rows) else 1


def line_of(row: dict[str, Any]) -> str:
    """Write a process of the status in one line, with what troubles it behind."""
    mark = "ok" if row["ready"] else "--"
    pid, port = row["pid"] or "-", row["port"] or "-"
    line = f"{mark}  {row['name']:<14}{row['kind']:<8}pid {pid:<8}port {port:<6}"
    return f"{line}{trouble_of(row)}".rstrip()


def trouble_of(row: dict[str, Any]) -> str:
    """Say how often a process died and when it is tried again; nothing for one that never did."""
    if not row["deaths"]:
        return ""
    trouble = choose(f"mati {row['deaths']}×", f"died {row['deaths']}×")
    if row["waits"]:
        waits = f"{row['waits']:.0f}"
        trouble += choose(f", dicoba lagi dalam {waits} detik", f", tried again in {waits} s")
    if row["keeps_dying"] and row["why"]:
        trouble += f": {row['why'][:200]}"
    return trouble


def target_of(options: argparse.Namespace) -> dict[str, Any]:
    """Read `proposal` or `documents=3`; raise `Stop` when it is neither."""
    part, separator, count = (options.target or "").partition("=")
    scaling = options.action == "scale"
    if not part or scaling != bool(separator) or (scaling and not _is_count(count)):
        raise Stop(
            "sebutkan bagiannya: restart proposal, scale documents=3, atau scale proposal-worker=2",
            "name the part: restart proposal, scale documents=3, or scale proposal-worker=2",
        )
    return {"part": part, "count": count} if scaling else {"part": part}


def _is_count(text: str) -> bool:
    return text.isdecimal() and 1 <= int(text) <= 16


def stop(data: Path) -> int:
    """End all that runs of a folder, its supervisor first, and say what was ended."""
    if not (data / folder.PLAN).exists():
        raise Stop(f"tidak ada kluster di {data}", f"there is no cluster in {data}")
    keeper = folder.running(data)
    was_running = len(ending.running(data))
    process = identify(keeper.pid) if keeper else None
    if process:
        _stop_supervisor(data, process)
    left = ending.end_everything(data)
    (data / control.SOCKET).unlink(missing_ok=True)
    _tell(was_running, left, had_supervisor=process is not None)
    return 0


def _stop_supervisor(data: Path, keeper: Identity) -> None:
    if control.ask_quietly(data, "stop") is None:
        keeper.send(signal.SIGTERM)
    if not gone([keeper], _LONGEST_STOP):
        say("Pengawas tidak berhenti; ia diakhiri.", "The supervisor does not stop; it is killed.")
        end([keeper], signal.SIGKILL, 10)


def _tell(running: int, left: list[str], *, had_supervisor: bool) -> None:
    if not had_supervisor and not left:
        say("Tidak ada yang berjalan.", "Nothing was running.")
    elif not left:
        say(
            f"Kluster berhenti: {running} proses.", f"The cluster has stopped: {running} processes."
        )
    else:
        names = ", ".join(left)
        say(
            f"Kluster berhenti. Tanpa pengawas masih berjalan, dan sudah diakhiri: {names}",
            f"The cluster has stopped. These ran without a supervisor and were ended: {names}",
        )


def _without_supervisor(data: Path, nobody: control.NobodyHears) -> Stop:
    left = ending.running(data)
    if not left:
        return Stop(f"tidak ada kluster yang berjalan di {data}", f"no cluster runs on {data}")
    names = ", ".join(left)
    return Stop(
        f"pengawas kluster tidak menjawab ({nobody}); tanpa dia berjalan: {names}. "
        "Jalankan lagi ./simpul cluster untuk meneruskan, atau ./simpul cluster stop",
        f"the cluster's supervisor does not answer ({nobody}); without it run: {names}. "
        "Run ./simpul cluster again to go on, or ./simpul cluster stop",
        code=1,
    )
