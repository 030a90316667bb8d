"""Migrates, in a process of its own, what a supervisor names.

The supervisor lives as long as the cluster, and need not keep the code of all services in memory
for the seconds in which it migrates them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.speech import Stop

_ROOT = Path(__file__).parents[2]
_HERE = "import sys; from ops.cluster.migrating import main; sys.exit(main())"
_COMMAND = (sys.executable, "-P", "-c", _HERE)


@dataclass(frozen=True)
class Work:
    """A service, the settings it is migrated with, and the folder of the demo region or None."""

    service: str
    settings: dict[str, str]
    demo: str | None


def migrate_apart(works: Sequence[Work]) -> None:
    """Migrate services one after another; raise `Stop` where that fails."""
    ended = subprocess.run(
        _COMMAND,
        input=json.dumps([asdict(work) for work in works]),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
        check=False,
    )
    if ended.returncode:
        line = ended.stdout.strip()
        raise Stop(line or "migrasi gagal, lihat di atas", line or "migrating failed, see above")


def main() -> int:
    """Do what standard input names; on standard output is written only why it was stopped."""
    # Not in the supervisor, which imports this module too.
    from chassis.process.manifest import discover
    from chassis.process.telemetry import configure_logs
    from ops.migrate import migrate

    answer, sys.stdout = sys.stdout, sys.stderr
    configure_logs()
    manifests = discover()
    for work in (Work(**given) for given in json.load(sys.stdin)):
        try:
            demo = Path(work.demo) if work.demo else None
            migrate(manifests[work.service], work.settings, demo=demo)
        except Stop as stop:
            print(stop.line, file=answer)
            return stop.code
    return 0
