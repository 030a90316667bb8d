"""Starting engines for tests: in a folder that unprivileged users can enter, or skipped."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops.engines.process import EngineMissing


@contextmanager
def engine_folder() -> Iterator[Path]:
    """A temporary folder below /tmp that PostgreSQL's and RabbitMQ's own users may enter."""
    folder = Path(tempfile.mkdtemp(prefix="simpul-engine-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def or_skipped() -> Iterator[None]:
    """Skip where an engine is not installed; on a build machine that is a failure."""
    try:
        yield
    except EngineMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
