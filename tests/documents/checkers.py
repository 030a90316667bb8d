"""Checkers with limits and tasks of a test's own, in a process of its own."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from services.documents.adapters.checker.client import ProcessChecker

_PROGRAM = """
import json, socket, sys
from dataclasses import replace
from importlib import import_module
from services.documents.adapters.checker.server import Server
from services.documents.domain.limits import InspectionLimits
limits, tasks, requests = sys.argv[1:]
Server(
    socket.socket(fileno=int(requests)),
    InspectionLimits(**json.loads(limits)),
    import_module(tasks).TASKS,
).run()
"""
REAL_TASKS = "services.documents.adapters.checker.tasks"


@contextmanager
def a_checker(
    limits: Mapping[str, float], tasks: str = REAL_TASKS, patience: float = 30.0
) -> Iterator[ProcessChecker]:
    """Run a checker with other limits than usual, and the tasks of a module."""
    program = (sys.executable, "-c", _PROGRAM, json.dumps(dict(limits)), tasks)
    made = ProcessChecker(patience, program)
    try:
        yield made
    finally:
        made.close()


def a_file(content: bytes = b"") -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever asked for it
    file.write(content)
    file.flush()
    return file
