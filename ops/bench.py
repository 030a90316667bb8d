"""`./simpul bench`: how fast it is, against the raw limits of the same machine in the same run.

What measures lies in `bench/` and files what the tests file, so it is there in a checkout and not
in an image.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from ops.cluster import install
from ops.speech import Stop, choose

ROOT = Path(__file__).parent.parent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--short",
        action="store_true",
        help=choose(
            "beberapa menit: putaran lebih sedikit, ukuran lebih kecil",
            "a few minutes: fewer rounds, smaller sizes",
        ),
    )
    parser.add_argument(
        "--only",
        metavar=choose("SASARAN", "GOALS"),
        default="",
        help=choose(
            "hanya sasaran ini, misalnya G2,G3; fair dan open juga dapat dipilih",
            "these goals only, for instance G2,G3; fair and open can be chosen too",
        ),
    )
    parser.add_argument(
        "--json",
        metavar=choose("BERKAS", "FILE"),
        type=Path,
        help=choose("menulis semua angka ke berkas ini", "write all figures to this file"),
    )
    parser.add_argument(
        "--plots",
        metavar="DIR",
        type=Path,
        help=choose(
            "menggambar pertumbuhan dan antrean ke folder ini (SVG dan PNG)",
            "draw growth and queues into this folder (SVG and PNG)",
        ),
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help=choose(
            "memperbarui tabel di README dan docs/performance.md",
            "update the tables in README and docs/performance.md",
        ),
    )
    install.add_option(parser)


def run(options: argparse.Namespace) -> int:
    if not (ROOT / "bench").is_dir() or not (ROOT / "tests" / "builders").is_dir():
        raise Stop(
            "perintah ini memerlukan salinan kode sumber beserta pengujiannya",
            "this command needs a checkout with its tests",
        )
    if options.write and options.only:
        raise Stop(
            "--write memerlukan semua sasaran, jadi tanpa --only",
            "--write takes all goals, so it goes without --only",
        )
    install.ensure(wanted=options.install)
    command = [sys.executable, "-m", "bench", *arguments(options)]
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], command)  # a signal to this command ends the run


def arguments(options: argparse.Namespace) -> list[str]:
    typed = shlex.join(["./simpul", *sys.argv[1:]])
    told = ["--pace", "short" if options.short else "whole", "--command", typed]
    if options.only:
        told += ["--only", options.only]
    for name in ("json", "plots"):
        if place := getattr(options, name):
            told += [f"--{name}", str(place.resolve())]
    return [*told, *(["--write"] if options.write else [])]
