"""`./simpul test`: every test, with what they need; `--fast` is the inner loop.

Nothing is installed on a person's machine. On a build machine (CI=true, run by root) a missing
browser is installed, because there a test left out would pass for a test that passed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from ops import folder
from ops.speech import Stop, choose

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOT_FAST = "not browser and not live and not slow"
WORKERS = 2


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="without browser, live and slow tests")
    parser.add_argument("-k", metavar="WORDS", help="only tests whose names match, as in pytest")
    parser.add_argument("-n", type=int, default=WORKERS, metavar="N", help="processes")
    parser.add_argument("paths", nargs="*", help="files or folders, all of tests/ when none")


def run(options: argparse.Namespace) -> int:
    chosen, left_out = choice(fast=options.fast)
    report = folder.default_folder().parent / "tests.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-n", str(options.n)]
    command += ["-m", chosen] if chosen else []
    command += ["-k", options.k] if options.k else []
    code = subprocess.run([*command, *options.paths], cwd=ROOT, check=False).returncode
    summarise(report, time.monotonic() - began, left_out)
    return code


def choice(*, fast: bool) -> tuple[str, tuple[str, str] | None]:
    """This function will return pytest's marker expression and what it leaves out, if anything."""
    if fast:
        return NOT_FAST, (
            "tanpa pengujian peramban, mesin nyata, dan yang lama (--fast)",
            "without browser, live and slow tests (--fast)",
        )
    if find_browser() or installed_browser():
        return "", None
    return "not browser", (
        "tanpa pengujian peramban karena Chromium tidak terpasang "
        "(misalnya: sudo apt install chromium)",
        "without browser tests because Chromium is not installed "
        "(for instance: sudo apt install chromium)",
    )


def find_browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def installed_browser() -> str | None:
    """This function will install Chromium on a build machine, and only there."""
    may_install = os.environ.get("CI") == "true" and os.geteuid() == 0
    if not may_install or not shutil.which("apt-get"):
        return None
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
    ):
        if subprocess.run(command, env=surroundings, check=False).returncode != 0:
            words = " ".join(command)
            raise Stop(f"gagal: {words}", f"this failed: {words}")
    return find_browser()


def summarise(report: Path, seconds: float, left_out: tuple[str, str] | None) -> None:
    if not report.exists():
        return
    counts = counted(report)
    parts = choose(
        "{passed} lulus, {failed} gagal, {skipped} dilewati dalam {seconds:.0f} detik",
        "{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f} seconds",
    ).format(**counts, seconds=seconds)
    print(f"simpul test: {parts}" + (f"; {choose(*left_out)}" if left_out else ""), flush=True)


def counted(report: Path) -> dict[str, int]:
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 - written by our pytest
    names = ("tests", "failures", "errors", "skipped")
    sums = dict.fromkeys(names, 0)
    for suite in suites:
        for name in names:
            sums[name] += int(suite.get(name, 0))
    failed = sums["failures"] + sums["errors"]
    passed = sums["tests"] - failed - sums["skipped"]
    return {"passed": passed, "failed": failed, "skipped": sums["skipped"]}
