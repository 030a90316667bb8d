"""How a command reaches a running cluster: JSON lines over a socket only its owner may open."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ops.speech import Stop

SOCKET = "cluster.sock"
Answer = Callable[[str, dict[str, Any]], Any]


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


def ask(folder: Path, command: str, **options: Any) -> Any:
    """Send a command and return its answer.

    Raises `Stop` when no cluster runs on the folder or the command failed.
    """
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder / SOCKET))
            client.sendall(json.dumps({"command": command, **options}).encode() + b"\n")
            reply = json.loads(client.makefile().readline())
    except (OSError, ValueError) as error:
        raise Stop(
            f"tidak ada kluster yang berjalan di {folder}",
            f"no cluster runs on {folder}",
        ) from error
    if "error" in reply:
        raise Stop(reply["error"], reply["error"], code=1)
    return reply["answer"]


def _accept(server: socket.socket, answer: Answer) -> None:
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_reply, args=(connection, answer), daemon=True).start()


def _reply(connection: socket.socket, answer: Answer) -> None:
    with connection, contextlib.suppress(OSError):
        try:
            request = json.loads(connection.makefile().readline())
            reply = {"answer": answer(request.pop("command"), request)}
        except Exception as error:  # noqa: BLE001 - the caller is sent every error
            reply = {"error": f"{type(error).__name__}: {error}"}
        connection.sendall(json.dumps(reply).encode() + b"\n")
