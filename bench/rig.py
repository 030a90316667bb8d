"""What a measurement stands on: a store, a database, and instances of documents, each a process."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from bench.processes import cpu_seconds
from ops.engines.postgres import Postgres
from ops.engines.s3 import S3
from tests.builders.databases import database_on
from tests.builders.tokens import Signer

_PATIENCE = 60.0


@dataclass
class Rig:
    """A store and the addresses of the instances that keep files in it."""

    store_url: str
    settings: dict[str, str]
    folder: Path
    signer: Signer = field(default_factory=Signer)
    instances: list[str] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)

    def cpu_seconds(self) -> float:
        """Return what the instances used so far, their checkers and what those forked included."""
        return cpu_seconds(self.processes)


@contextmanager
def rig(instances: int) -> Iterator[Rig]:
    """Start everything; the first two instances are pinned to a core each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simpul-bench-")))
        folder.chmod(0o755)  # PostgreSQL's own user enters it
        postgres = Postgres(folder / "postgres")
        s3 = S3(folder / "s3", "bench", "a-secret-of-the-measurement")
        for engine in (postgres, s3):
            engine.start()
            stack.callback(engine.stop)
        settings = database_on(postgres, "documents", folder) | {
            "STORE_URL": s3.url,
            "UPLOADS_PER_DAY": "1000000",
            "UPLOAD_MEGABYTES_PER_DAY": "1000000",
        }
        made = Rig(s3.url, settings, folder)
        for number in range(instances):
            made.instances.append(stack.enter_context(_instance(made, number)))
        yield made


@contextmanager
def _instance(made: Rig, number: int) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {"settings": made.settings, "jwks": made.signer.jwks, "port": port}
    command = [sys.executable, "-m", "bench.instance", json.dumps(told)]
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(command, start_new_session=True)
    made.processes.append(process.pid)
    os.sched_setaffinity(process.pid, {cores[number % len(cores)]})  # its children follow
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            urllib3.request("GET", f"{address}/livez", retries=False, timeout=1)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)
