"""`./simpul chaos`: processes are killed under load, and a ledger outside the system says whether
an event was lost, handled twice or handled in part.

It starts a cluster of its own in a temporary folder and touches no other. The harness belongs to
the tests (`tests/faults`), so it is there in a checkout and not in an image.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from ops.cluster import install
from ops.speech import Stop

ROOT = Path(__file__).parent.parent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=5_000, help="at least so many events")
    parser.add_argument("--kills", type=int, default=100, help="at least so many dead processes")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="decides the plan")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds between two faults")
    parser.add_argument(
        "--reconcile",
        type=float,
        default=0.0,
        help="seconds between comparisons with the feeds; 0 = never, so that nothing is mended",
    )
    parser.add_argument(
        "--mistakes",
        action="store_true",
        help="instead: put nine mistakes into the code one by one; each must be found",
    )
    parser.add_argument("--install", action="store_true", help="install missing Debian packages")


def run(options: argparse.Namespace) -> int:
    if not (ROOT / "tests" / "faults").is_dir():
        raise Stop(
            "perintah ini memerlukan salinan kode sumber beserta pengujiannya",
            "this command needs a checkout with its tests",
        )
    install.ensure(wanted=options.install)
    command = [sys.executable, "-m", "tests.faults", *arguments(options)]
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], command)  # a signal to this command ends the run


def arguments(options: argparse.Namespace) -> list[str]:
    if options.mistakes:
        return ["experiments"]
    names = ("events", "kills", "seed", "pace", "reconcile")
    return ["gate", *(part for n in names for part in (f"--{n}", str(getattr(options, n))))]
