"""`python -m tests.faults gate --events 5000 --kills 100 --seed 1`, or `… experiments`."""

import argparse
import signal
import sys
import time

from chassis.process.telemetry import configure_logs
from tests.faults.run import install_witness

install_witness()  # before anything asks which services there are

from tests.faults import experiments, gate  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="simpul chaos", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("gate", help="random faults under load")
    one.add_argument("--events", type=int, default=5000, help="at least so many events")
    one.add_argument("--kills", type=int, default=100, help="at least so many dead processes")
    one.add_argument("--seed", type=int, default=int(time.time()), help="decides the plan")
    one.add_argument("--pace", type=float, default=1.0, help="seconds between two faults")
    one.add_argument("--reconcile", type=float, default=0, help="seconds between comparisons")
    few = kinds.add_parser("experiments", help="each mistake put in, each must be found")
    few.add_argument("names", nargs="*", help="all when none")
    options = vars(parser.parse_args())
    configure_logs(terminal=False, level=50)
    # Ended politely, it still stops the cluster it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.pop("kind") == "gate":
        return 1 if gate.run(gate.Plan(**options)).wrong() else 0
    return experiments.run(options["names"])


if __name__ == "__main__":
    sys.exit(main())
