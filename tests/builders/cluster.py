"""The distributed form inside a test's process: real engines, our processes as children."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.cluster import plan
from ops.cluster.instances import OPS
from ops.cluster.supervisor import Supervisor
from ops.engines.rabbit import BrokerUser
from tests.builders.cheap import PASSWORDS
from tests.builders.engines import or_skipped


@contextmanager
def running_cluster(
    folder: Path,
    *,
    command: Sequence[str] = OPS,
    settings: Mapping[str, str] | None = None,
    watched: bool = True,
    certificate: tuple[Path, Path] | None = None,
    guests: Mapping[str, BrokerUser] | None = None,
) -> Iterator[Supervisor]:
    """Start a cluster with the demo region in a folder that the engines' users may enter.

    `command` starts each of our processes, `settings` are told to all of them. What dies is
    started again if `watched`. A `certificate` and its key turn TLS on; `guests` are users of the
    broker beside our services. Skips where an engine is not installed.
    """
    chain, key = certificate or (None, None)
    with or_skipped():
        supervisor = Supervisor(
            plan.load(folder, 0, https=certificate is not None),
            demo=True,
            command=command,
            extra={**PASSWORDS, **(settings or {})},
            certificate=chain,
            certificate_key=key,
        )
    if guests:
        rabbit = supervisor.engines["rabbit"]
        rabbit.users = {**rabbit.users, **guests}
    supervisor.start()
    try:
        if watched:
            supervisor.keep(engines=False)
        yield supervisor
    finally:
        supervisor.stop()
