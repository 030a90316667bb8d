"""`python -m bench`, which is how `./simpul bench` hands over."""

import argparse
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.documents import write_documents, write_plots
from bench.registry import OPEN_LOOP, PACES, UnknownGoal, chosen
from bench.report import Run, to_json
from bench.running import ORDER, Bench, machine, to_screen
from chassis.process.telemetry import configure_logs


def main() -> int:
    options = _options().parse_args()
    configure_logs(terminal=False, level=50)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began = time.monotonic()
    try:
        goals = chosen(options.only)
    except UnknownGoal as unknown:
        to_screen(f"bench: {unknown}")
        return 2
    bench = Bench(
        goals,
        PACES[options.pace],
        to_screen,
        with_open_loop=not options.only or OPEN_LOOP in options.only.upper(),
        forms=options.forms.split(",") if options.forms else ORDER,
    )
    where = f"{machine()}, {datetime.now(UTC):%Y-%m-%d}"
    ended = _run(bench)
    command = options.command or shlex.join(["python", "-m", "bench", *sys.argv[1:]])
    run = Run(where, command, bench.rows, bench.pace.remark)
    _tell(run, bench.curves, options, is_whole=ended == 0)
    to_screen(f"{time.monotonic() - began:.0f} s in all")
    return ended


def _run(bench: Bench) -> int:
    """Measure; broken off, end what was started, and only then say so."""
    try:
        bench.run()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--pace", choices=[*PACES], default="whole")
    parser.add_argument("--only", default="", help="goals, as G2,G3")
    parser.add_argument("--forms", default="", help="embedded, distributed, alone")
    parser.add_argument("--json", type=Path, help="write everything to this file")
    parser.add_argument("--plots", type=Path, help="write plots into this folder")
    parser.add_argument("--write", action="store_true", help="write README and docs")
    parser.add_argument("--command", default="", help=argparse.SUPPRESS)
    return parser


def _tell(
    run: Run, curves: Mapping[str, Any], options: argparse.Namespace, *, is_whole: bool
) -> None:
    """Keep what was found, also of a run that was broken off; documents take a whole one only."""
    if options.json:
        options.json.write_text(to_json(run), "utf-8")
    if options.plots:
        write_plots(curves, options.plots)
    if options.write and is_whole:
        write_documents(run, curves)


if __name__ == "__main__":
    sys.exit(main())
