"""The distributed form inside a test's process: real engines, our processes as children."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.cluster import plan
from ops.cluster.instances import OPS
from ops.cluster.supervisor import Supervisor
from tests.builders.engines import or_skipped


@contextmanager
def running_cluster(
    folder: Path,
    *,
    command: Sequence[str] = OPS,
    settings: Mapping[str, str] | None = None,
    watched: bool = True,
) -> Iterator[Supervisor]:
    """Start a cluster with the demo region in a folder that the engines' users may enter.

    `command` starts each of our processes, `settings` are told to all of them. What dies is
    started again if `watched`. Skips where an engine is not installed.
    """
    with or_skipped():
        supervisor = Supervisor(
            plan.load(folder, 0), demo=True, command=command, extra=settings or {}
        )
    supervisor.start()
    try:
        if watched:
            threading.Thread(target=supervisor.watch, daemon=True).start()
        yield supervisor
    finally:
        supervisor.stop()
