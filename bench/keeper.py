"""The supervisor of a measured cluster: `python -m bench.keeper <folder> <settings as JSON>`.

A process of its own, so that what it does takes nothing from whoever asks.
"""

import json
import sys
from pathlib import Path

from bench.process import lift_limits
from chassis.process.telemetry import configure_logs
from ops.cluster import plan, starting
from ops.cluster.supervisor import Supervisor
from ops.engines.rabbit import BrokerUser

COMMAND = (sys.executable, "-m", "bench.process")
# Who asks what the broker can do by itself, on the exchange and the kind of queue of all services.
BROKER_USER, MEASURED = "bench", "bench.measured.v1"
PASSWORD = "a-broker-of-the-bench-alone"  # noqa: S105 - it listens on loopback and is gone after


def main() -> None:
    folder, extra = Path(sys.argv[1]), json.loads(sys.argv[2])
    configure_logs(terminal=False, level=30)
    lift_limits()  # of the edge, which is made here
    chosen = plan.load(folder, 0)
    supervisor = Supervisor(chosen, demo=True, command=COMMAND, extra=extra)
    rabbit = supervisor.engines["rabbit"]
    rabbit.users = {**rabbit.users, BROKER_USER: BrokerUser(PASSWORD, (MEASURED,))}
    starting.run(supervisor)


if __name__ == "__main__":
    main()
