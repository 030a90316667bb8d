"""Flask's smallest answer on the same gunicorn: what a request costs before it does anything.

`python -m bench.hello <port> <threads>` serves it.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from ops.arrival import Limits
from ops.engines.process import answers, free_port
from ops.serving import Server, listen

_PATIENCE = 30.0


class Hello:
    """What the server asks of a service."""

    def build(self) -> Any:
        app = Flask("hello")
        app.add_url_rule("/", view_func=lambda: "hello")
        return app

    def limits(self) -> Limits:
        return Limits()

    def started(self) -> None: ...

    def stop(self) -> None: ...


@contextmanager
def hello(threads: int) -> Iterator[str]:
    """Serve it until the block ends; return its address."""
    port = free_port()
    command = [sys.executable, "-m", "bench.hello", str(port), str(threads)]
    process = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + _PATIENCE
    try:
        while not answers(port):
            if time.monotonic() > deadline:
                raise TimeoutError("hello")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    listener: socket.socket = listen("127.0.0.1", int(sys.argv[1]))
    Server(listener, Hello(), threads=int(sys.argv[2])).run()


if __name__ == "__main__":
    main()
