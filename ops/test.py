"""`./simpul test`: what every change must pass, in one run of pytest; `--fast` is the inner loop.

Nothing is installed on a person's machine. On a build machine (CI=true, run by root) missing
programs are installed first, and one that is still missing is a failure. What takes longer than a
change can wait for is `./simpul prove`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from ops import programs, reports, scratch
from ops.speech import Stop, at_least, choose

ROOT = Path(__file__).resolve().parent.parent
LANE = "not prove"
FAST = "not browser and not live and not slow and not alone and not prove"
NO_TESTS = 5  # pytest's exit code when nothing was chosen
WORKERS = 4  # on two cores: one has whole clusters, and the others wait a third of their time
FAST_WORKERS = 2


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fast",
        action="store_true",
        help=choose(
            "tanpa pengujian browser, live, dan slow", "without browser, live and slow tests"
        ),
    )
    parser.add_argument(
        "-k",
        metavar=choose("KATA", "WORDS"),
        help=choose(
            "hanya pengujian yang namanya cocok, seperti pada pytest",
            "only tests whose names match, as in pytest",
        ),
    )
    parser.add_argument(
        "-n",
        type=at_least(0),
        metavar="N",
        help=choose(
            "jumlah pekerja; 0 = hanya pytest sendiri", "workers; 0 = none beside pytest itself"
        ),
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar=choose("tempat", "place"),
        help=choose(
            "berkas, folder, atau folder di tests/ seperti `proposal`; bila kosong, seluruh tests/",
            "files, folders, or a folder of tests/ such as `proposal`; all of tests/ when none",
        ),
    )


def run(options: argparse.Namespace) -> int:
    paths = [path_of(word) for word in options.paths]
    absent = [] if options.fast else programs.after_installing(programs.missing())
    reports.forget()
    began = time.monotonic()
    report = reports.home() / "tests.xml"
    chosen = [*(["-k", options.k] if options.k else []), *paths]
    expression, workers = (FAST, FAST_WORKERS) if options.fast else (LANE, WORKERS)
    if options.n is not None:
        workers = options.n
    with scratch.in_memory(os.environ) as surroundings:
        if workers > 1 and not (options.fast or chosen):
            collect(surroundings)
        code = pytest(report, ["-n", str(workers), "-m", expression, *chosen], surroundings)
    if code == NO_TESTS:
        raise Stop("tidak ada pengujian yang terpilih", "no test was chosen", code=NO_TESTS)
    for text in reports.read():
        print(text)
    summarise(report, time.monotonic() - began, left_out(fast=options.fast, absent=absent))
    return code or int(programs.is_build_machine() and bool(absent))


def path_of(word: str) -> str:
    """Take `proposal` for tests/proposal; raise `Stop` where there is nothing in tests/."""
    for path in (f"tests/{word}", word):
        place = (ROOT / path.partition("::")[0]).resolve()
        if place.exists() and place.is_relative_to(ROOT / "tests"):
            return path
    raise Stop(f"tidak ada pengujian {word!r} di tests/", f"there are no tests {word!r} in tests/")


def collect(surroundings: Mapping[str, str]) -> None:
    """Have the tests compiled once, while there is a processor to spare; workers do it each."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", LANE]
    subprocess.run(
        command, cwd=ROOT, env=dict(surroundings), stdout=subprocess.DEVNULL, check=False
    )


def pytest(report: Path, words: list[str], surroundings: Mapping[str, str] | None = None) -> int:
    """Run pytest and write its report; tests of one group stay at one worker, in their order."""
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}"]
    command += ["--dist", "loadgroup", "--no-loadscope-reorder"]
    environ = {**os.environ, **(surroundings or {})}
    return subprocess.run([*command, *words], cwd=ROOT, env=environ, check=False).returncode


def left_out(*, fast: bool, absent: list[str]) -> str:
    if fast:
        return choose(
            "tanpa pengujian peramban, mesin nyata, dan yang lama (--fast)",
            "without browser, live and slow tests (--fast)",
        )
    return programs.not_tested(absent)


def summarise(report: Path, seconds: float, remark: str) -> None:
    if not report.exists():
        return
    print(choose("Yang paling lama:", "The slowest:"))
    for took, name in reports.slowest(report):
        print(f"{took:8.1f} s  {name}")
    parts = choose(
        "{passed} lulus, {failed} gagal, {skipped} dilewati dalam {seconds:.0f} detik",
        "{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f} seconds",
    ).format(**reports.counted(report), seconds=seconds)
    print(f"simpul test: {parts}" + (f"; {remark}" if remark else ""), flush=True)
