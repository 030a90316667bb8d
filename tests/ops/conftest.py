"""One running system, and one that was stopped, for all tests that only look."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ops.systems import running


@pytest.fixture(scope="session")
def up(tmp_path_factory):
    with running(tmp_path_factory.mktemp("up") / "data") as system:
        yield system


@dataclass
class Ended:
    """A system started without the demo and stopped by Ctrl-C."""

    data: Path
    said: str
    errors: str
    code: int


@pytest.fixture(scope="session")
def ended(tmp_path_factory):
    with running(tmp_path_factory.mktemp("ended") / "data", "--no-demo") as system:
        os.killpg(system.process.pid, signal.SIGINT)
        code = system.process.wait(30)
        return Ended(system.data, "\n".join(system.said), system.errors.read_text(), code)
