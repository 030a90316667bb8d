"""`./simpul cluster`: the distributed form on one machine, without containers."""

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
from ops.cluster import control, install, plan
from ops.cluster.supervisor import Supervisor, UnknownPart
from ops.engines.process import EngineFailed, EngineMissing
from ops.speech import Stop, choose, say
from ops.up import announce

_LONGEST_START = 180.0


def configure(parser: argparse.ArgumentParser) -> None:
    _configure_action(parser)
    folder.add_option(parser, default=folder.default_folder() / folder.CLUSTER)
    addresses.add_host(parser)
    parser.add_argument(
        "--port",
        metavar="N",
        type=int,
        help=choose("port umum; 0 memilih yang bebas", "public port; 0 chooses a free one"),
    )
    _configure_start(parser)
    install.add_option(parser)
    _configure_certificate(parser)


def _configure_action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        default="start",
        choices=["start", "status", "stop", "restart", "scale"],
        help=choose(
            "menyalakan (bawaan), keadaan, mematikan, menyalakan ulang, atau menambah satu bagian",
            "start (default) or stop all, tell the status, restart or scale one part",
        ),
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar=choose("bagian", "part"),
        help=choose(
            "sebuah bagian; untuk scale bagian=jumlah atau bagian-worker=jumlah",
            "a part; for scale part=count or part-worker=count",
        ),
    )


def _configure_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-demo",
        action="store_true",
        help=choose("membiarkan folder baru kosong", "leave a new folder empty"),
    )
    parser.add_argument(
        "--daemon",
        action="store_true",
        help=choose("berjalan terus di latar belakang", "go on in the background"),
    )


def _configure_certificate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar=choose("BERKAS", "FILE"),
        help=choose("sertifikat TLS (PEM)", "TLS certificate (PEM)"),
    )
    parser.add_argument(
        "--certificate-key",
        type=Path,
        metavar=choose("BERKAS", "FILE"),
        help=choose("kunci sertifikat itu (PEM)", "the certificate's key (PEM)"),
    )


def run(options: argparse.Namespace) -> int:
    options.data = options.data.resolve()
    if options.action == "start":
        return start_in_background(options) if options.daemon else start(options)
    return command(options)


def start(options: argparse.Namespace) -> int:
    configure_logs()
    folder.prepare(options.data)
    options.data.chmod(0o755)  # the engines' own users must be able to enter
    with folder.held(options.data) as lock:
        cluster_plan = planned(options)
        supervisor = supervised(cluster_plan, options)
        folder.announce(lock, folder.Instance(pid=os.getpid(), url=cluster_plan.public_url))
        say("Menyalakan kluster …", "Starting the cluster …")
        try:
            supervisor.start()
        except EngineFailed as error:
            raise Stop(f"kluster gagal menyala: {error}", f"cannot start: {error}") from error
        keep_running(supervisor)
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
            host=options.host,
            certificate=options.certificate,
            certificate_key=options.certificate_key,
        )
    except EngineMissing as missing:
        raise Stop(str(missing), str(missing)) from missing


def keep_running(supervisor: Supervisor) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    control.serve(
        supervisor.plan.folder,
        lambda name, values: answer(supervisor, name, values, stopping),
    )
    for watching in (supervisor.watch, supervisor.watch_engines):
        threading.Thread(target=watching, daemon=True).start()
    url, host = supervisor.plan.public_url, supervisor.host
    print(url, flush=True)
    is_open = addresses.is_reachable_from_outside(host, url)
    announce(url, supervisor.plan.folder, is_open=is_open)
    stopping.wait()
    say("Mematikan kluster …", "Stopping the cluster …")
    supervisor.stop()
    (supervisor.plan.folder / control.SOCKET).unlink(missing_ok=True)


def answer(
    supervisor: Supervisor, name: str, arguments: dict[str, Any], stopping: threading.Event
) -> Any:
    """Carry out a command that came over the socket."""
    try:
        if name == "restart":
            supervisor.restart(arguments["part"])
        elif name == "scale":
            supervisor.scale(arguments["part"], int(arguments["count"]))
        elif name == "stop":
            stopping.set()
    except UnknownPart as unknown:
        raise EngineFailed(f"no part is called {unknown}") from unknown
    return supervisor.status()


def command(options: argparse.Namespace) -> int:
    arguments: dict[str, Any] = {}
    if options.action in ("restart", "scale"):
        arguments = target_of(options)
    rows = control.ask(options.data, options.action, **arguments)
    if options.action == "stop":
        wait_until_stopped(options.data)
        return 0
    for row in rows:
        mark = "ok" if row["ready"] else "--"
        print(
            f"{mark}  {row['name']:<14}{row['kind']:<8}pid {row['pid']:<8}port {row['port'] or '-'}"
        )
    return 0 if all(row["ready"] for row in rows) else 1


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


def start_in_background(options: argparse.Namespace) -> int:
    folder.prepare(options.data)
    log = (options.data / folder.LOG).open("ab")
    rest = [argument for argument in sys.argv[1:] if argument != "--daemon"]
    child = subprocess.Popen(
        [sys.executable, "-m", "ops", *rest],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline and child.poll() is None:
        if (options.data / control.SOCKET).exists():
            options.port = None  # the cluster has chosen
            print(planned(options).public_url)
            return 0
        time.sleep(0.2)
    raise Stop(
        f"kluster tidak menyala; lihat {options.data / folder.LOG}",
        f"the cluster did not start; see {options.data / folder.LOG}",
    )


def wait_until_stopped(data: Path) -> None:
    deadline = time.monotonic() + _LONGEST_START
    while (data / control.SOCKET).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
