"""Starts a cluster and stays until it is to stop, in the foreground or behind."""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from chassis.process.telemetry import configure_logs
from ops import addresses, folder
from ops.announcing import announce
from ops.cluster import control, install, plan
from ops.cluster.supervisor import Supervisor, UnknownPart
from ops.engines.process import EngineFailed, EngineMissing
from ops.speech import Stop, choose, say

_MOST_TOLD = 2_000  # characters of why it did not start


def start(options: argparse.Namespace) -> int:
    configure_logs()
    folder.prepare(options.data)
    options.data.chmod(0o755)  # the engines' own users must be able to enter
    with folder.held(options.data) as lock:
        cluster_plan = planned(options)
        folder.announce(lock, folder.Instance(pid=os.getpid(), url=cluster_plan.public_url))
        supervisor = supervised(cluster_plan, options)
        say("Menyalakan kluster …", "Starting the cluster …")
        try:
            run(supervisor)
        except EngineFailed as error:
            raise Stop(f"kluster gagal menyala: {error}", f"cannot start: {error}") from error
        finally:
            (options.data / control.SOCKET).unlink(missing_ok=True)
    return 0


def planned(options: argparse.Namespace) -> plan.Plan:
    """Read the folder's plan for an edge that has a certificate, or none."""
    https = options.certificate is not None
    return plan.load(options.data, options.port, https=https, host=options.host)


def supervised(cluster_plan: plan.Plan, options: argparse.Namespace) -> Supervisor:
    """Make the supervisor; installs engines when asked or on a build machine.

    Raises `Stop` naming every missing package at once.
    """
    install.ensure(wanted=options.install, external=cluster_plan.external_engines)
    try:
        return Supervisor(
            cluster_plan,
            demo=not options.no_demo,
            certificate=options.certificate,
            certificate_key=options.certificate_key,
        )
    except EngineMissing as missing:
        raise Stop(str(missing), str(missing)) from missing


def run(supervisor: Supervisor) -> None:
    """Start everything, keep it running until a signal or a command says stop, and stop it.

    Told to stop while it still starts, it ends what has been started; raises `EngineFailed`.
    """
    stopping = threading.Event()
    listen_to_signals(supervisor, stopping)
    control.serve(supervisor.plan.folder, lambda name, values: answer(supervisor, name, values))
    supervisor.start()
    supervisor.keep()
    tell_ready(supervisor.plan)
    stopping.wait()
    say("Mematikan kluster …", "Stopping the cluster …")
    supervisor.stop()


def listen_to_signals(supervisor: Supervisor, stopping: threading.Event) -> None:
    def told(number: int, _frame: object) -> None:
        is_first = not stopping.is_set()
        stopping.set()
        if is_first and not supervisor.is_ready:
            raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def tell_ready(cluster_plan: plan.Plan) -> None:
    url = cluster_plan.public_url
    print(url, flush=True)
    is_open = addresses.is_reachable_from_outside(cluster_plan.host, url)
    announce(url, cluster_plan.folder, is_open=is_open)


def answer(supervisor: Supervisor, name: str, arguments: dict[str, Any]) -> Any:
    """Carry out a command that came over the socket."""
    try:
        if name == "progress":
            ready, doing = supervisor.is_ready, supervisor.doing
            return {"pid": os.getpid(), "ready": ready, "doing": doing}
        if name == "stop":
            os.kill(os.getpid(), signal.SIGTERM)
        elif name == "restart":
            _once_ready(supervisor).restart(arguments["part"])
        elif name == "scale":
            _once_ready(supervisor).scale(arguments["part"], int(arguments["count"]))
    except UnknownPart as unknown:
        raise EngineFailed(f"no part is called {unknown}") from unknown
    return supervisor.status()


def _once_ready(supervisor: Supervisor) -> Supervisor:
    if not supervisor.is_ready:
        raise EngineFailed(f"the cluster is still starting: {supervisor.doing}")
    return supervisor


def in_background(options: argparse.Namespace) -> int:
    """Start a cluster that goes on; wait as long as it is starting, and say why it did not."""
    folder.prepare(options.data)
    log = options.data / folder.LOG
    told_before = log.stat().st_size if log.exists() else 0
    child = _started(log)
    said = ""
    while child.poll() is None:
        progress = control.ask_quietly(options.data, "progress") or {}
        if progress.get("pid") == child.pid and progress["ready"]:
            options.port = None  # the cluster has chosen
            print(planned(options).public_url)
            return 0
        if (doing := progress.get("doing", "")) and doing != said:
            print(f"  {doing} …", file=sys.stderr, flush=True)
            said = doing
        time.sleep(0.2)
    why = reason_in(log, told_before) or choose("tanpa pesan", "without a word")
    raise Stop(
        f"kluster tidak menyala: {why}\nSelengkapnya: {log}",
        f"the cluster did not start: {why}\nMore in {log}",
    )


def _started(log: Path) -> "subprocess.Popen[bytes]":
    rest = [argument for argument in sys.argv[1:] if argument != "--daemon"]
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "ops", *rest],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def reason_in(log: Path, begins_at: int) -> str:
    """Return what a command has complained of in its log, else its last lines."""
    with log.open("rb") as file:
        file.seek(begins_at)
        text = file.read().decode(errors="replace").strip()
    _, complaint, reason = text.rpartition("simpul: ")
    return (reason if complaint else "\n".join(text.splitlines()[-3:]))[:_MOST_TOLD]
