"""`./simpul demo`: one proposal over HTTP, every step checked, on an invented region only."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import folder
from ops.journey.case import APPLICANT, Case
from ops.journey.notices import Notices
from ops.journey.runner import Journey
from ops.journey.web import Unexpected, Web
from ops.speech import Stop, choose, complain, say

START_WITHIN = 90.0
STOP_WITHIN = 30.0


@dataclass(frozen=True)
class System:
    """The system that the demo runs on."""

    url: str
    data: Path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        metavar="URL",
        help=choose(
            "sistem yang sedang berjalan; tanpa ini dijalankan sistem sementara",
            "a running system; without it a temporary one is started",
        ),
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=choose("folder datanya, bersama --url", "its data folder, with --url"),
    )


def run(options: argparse.Namespace) -> int:
    try:
        if options.url:
            Web(options.url.rstrip("/")).call("GET", "/livez")  # before its folder is looked for
            data = options.data or folder.default_folder()
            run_journey(System(options.url.rstrip("/"), data))
        else:
            with temporary_system() as system:
                run_journey(system)
    except Unexpected as error:
        complain(choose(f"peragaan gagal: {error}", f"the demo failed: {error}"))
        return 1
    return 0


def run_journey(system: System) -> None:
    credentials = demo_credentials(system.data)
    region = credentials["region"]
    accounts = {
        account["key"]: {**account, "region": region} for account in credentials["accounts"]
    }
    case = Case(Web(system.url), accounts)
    refuse_real_region(case, credentials)
    say(
        "Surat Keterangan Bebas Hukuman Disiplin, dari usulan sampai hasil\n"
        f"{system.url}, daerah contoh {credentials['region']!r}, semua orangnya rekaan\n"
        "✉ pemberitahuan di aplikasi dan lewat surel, • di aplikasi saja\n",
        "A letter of no disciplinary punishment, from proposal to result\n"
        f"{system.url}, demo region {credentials['region']!r}, all people invented\n"
        "✉ a notice in the application and by mail, • in the application only\n",
    )
    mail = system.data / "mail"
    Journey(case, Notices(case, mail if mail.is_dir() else None)).run()


def demo_credentials(data: Path) -> dict[str, Any]:
    credentials = folder.credentials(data)
    if credentials.get("demo") is not True:
        raise real_region()
    return credentials


def refuse_real_region(case: Case, credentials: dict[str, Any]) -> None:
    """Ask the system itself; raise `Stop` unless it is a demo."""
    region = case.person(APPLICANT).get("/api/identity/v1/region")
    if region["demo"] is not True or region["code"] != credentials["region"]:
        raise real_region()


def real_region() -> Stop:
    return Stop(
        "peragaan hanya berjalan pada daerah contoh, bukan daerah yang sebenarnya",
        "the demo only runs on a demo region, not on a real one",
    )


@contextlib.contextmanager
def temporary_system() -> Iterator[System]:
    with tempfile.TemporaryDirectory(prefix="simpul-demo-") as temporary:
        data, log = Path(temporary) / "data", Path(temporary) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ops", "up", "--port", "0", "--data", str(data)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={name: value for name, value in os.environ.items() if name != "PUBLIC_URL"},
            )
        try:
            yield System(address_when_ready(process, data, log), data)
        finally:
            stop(process)


def address_when_ready(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> str:
    """Wait for the system and return its address.

    Raises `Stop` when it ends or does not become ready in time.
    """
    say("Menjalankan sistem sementara …", "Starting a temporary system …")
    deadline = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        if (instance := folder.running(data)) and is_ready(instance.url):
            return instance.url
        time.sleep(0.1)
    last = log.read_text(errors="replace").strip().splitlines()[-1:]
    raise Stop(
        f"sistem sementara tidak dapat berjalan: {' '.join(last)}",
        f"the temporary system does not run: {' '.join(last)}",
    )


def is_ready(url: str) -> bool:
    try:
        return Web(url).call("GET", "/readyz").status == 200
    except Unexpected:
        return False


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
