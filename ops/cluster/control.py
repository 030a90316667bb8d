"""How a command reaches a running cluster: JSON lines over a socket only its owner may open."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chassis.process.telemetry import log
from ops.speech import Stop

SOCKET = "cluster.sock"
_QUIETLY_WITHIN = 10.0
_BREATH = 1.0
Answer = Callable[[str, dict[str, Any]], Any]


class NobodyHears(Exception):
    """No supervisor answers on the folder."""


def serve(folder: Path, answer: Answer) -> threading.Thread:
    """Answer commands in a thread of its own until the process ends."""
    path = folder / SOCKET
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    path.chmod(0o600)
    server.listen()
    thread = threading.Thread(target=_accept, args=(server, answer), daemon=True)
    thread.start()
    return thread


def ask(folder: Path, command: str, *, within: float | None = None, **options: Any) -> Any:
    """Send a command and return its answer.

    Raises `NobodyHears` when no cluster runs on the folder, `Stop` when the command failed.
    """
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(within)
            client.connect(str(folder / SOCKET))
            client.sendall(json.dumps({"command": command, **options}).encode() + b"\n")
            reply = json.loads(client.makefile().readline())
    except (OSError, ValueError) as error:
        raise NobodyHears(type(error).__name__) from error
    if "error" in reply:
        raise Stop(reply["error"], reply["error"], code=1)
    return reply["answer"]


def ask_quietly(folder: Path, command: str) -> Any:
    """Return the answer, or None where nobody gives one soon."""
    with contextlib.suppress(NobodyHears, Stop):
        return ask(folder, command, within=_QUIETLY_WITHIN)
    return None


def _accept(server: socket.socket, answer: Answer) -> None:
    while True:
        try:
            connection, _ = server.accept()
            threading.Thread(target=_reply, args=(connection, answer), daemon=True).start()
        except Exception:  # noqa: BLE001 - no file or thread is left just now; there will be again
            log.exception("command_not_taken")
            time.sleep(_BREATH)


def _reply(connection: socket.socket, answer: Answer) -> None:
    with connection, contextlib.suppress(OSError):
        try:
            request = json.loads(connection.makefile().readline())
            reply = {"answer": answer(request.pop("command"), request)}
        except Exception as error:  # noqa: BLE001 - the caller is sent every error
            reply = {"error": f"{type(error).__name__}: {error}"}
        connection.sendall(json.dumps(reply).encode() + b"\n")
