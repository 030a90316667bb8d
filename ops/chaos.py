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
from ops.speech import Stop, at_least, choose

ROOT = Path(__file__).parent.parent


# Each with its usual and its least value.
NUMBERS: dict[str, tuple[float, float, str, str]] = {
    "events": (5_000, 1, "paling sedikit sekian peristiwa", "at least so many events"),
    "kills": (
        100,
        0,
        "paling sedikit sekian proses yang dimatikan",
        "at least so many dead processes",
    ),
    "seed": (int(time.time()), 0, "menentukan rencananya", "decides the plan"),
    "pace": (1.0, 0.0, "detik antara dua gangguan", "seconds between two faults"),
    "reconcile": (
        0.0,
        0.0,
        "detik antara dua pencocokan dengan umpan; 0 = tidak pernah memperbaiki",
        "seconds between comparisons with the feeds; 0 = never, so that nothing is mended",
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    for name, (usual, least, indonesian, english) in NUMBERS.items():
        told = choose(indonesian, english)
        parser.add_argument(
            f"--{name}", metavar="N", type=at_least(least), default=usual, help=told
        )
    parser.add_argument(
        "--mistakes",
        action="store_true",
        help=choose(
            "ganti: sepuluh kesalahan dimasukkan ke kode satu per satu; semuanya harus ditemukan",
            "instead: put ten mistakes into the code one by one; each must be found",
        ),
    )
    install.add_option(parser)


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
    return ["gate", *(part for n in NUMBERS for part in (f"--{n}", str(getattr(options, n))))]
