"""`./simpul test`: every test, with what they need; `--fast` is the inner loop.

Nothing is installed on a person's machine. On a build machine (CI=true, run by root) missing
programs are installed first. What could not be tested is named in the last line.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from ops import folder
from ops.cluster.install import nothing_starts_itself
from ops.engines import minio
from ops.speech import choose

ROOT = Path(__file__).parent.parent
NOT_FAST = "not browser and not live and not slow and not alone"
TOGETHER, ALONE = "not alone", "alone"
NO_TESTS = 5  # pytest's exit code when nothing was chosen
WORKERS = 2
REPORTS = "reports"
ON_S3 = "tests/engines/test_stores_on_real_servers.py"
# What tests look for on the machine, and Debian's package that brings it.
PROGRAMS: dict[str, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "postgresql": ("postgres",),
    "rabbitmq-server": ("rabbitmq-server",),
    "nginx": ("nginx",),
}
BESIDE_THE_PATH = ("/usr/sbin", "/usr/lib/postgresql/*/bin", "/usr/lib/rabbitmq/bin")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="without browser, live and slow tests")
    parser.add_argument("-k", metavar="WORDS", help="only tests whose names match, as in pytest")
    parser.add_argument("-n", type=int, default=WORKERS, metavar="N", help="processes")
    parser.add_argument("paths", nargs="*", help="files or folders, all of tests/ when none")


def run(options: argparse.Namespace) -> int:
    absent = [] if options.fast else after_installing(missing())
    place = folder.default_folder().parent
    place.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place / REPORTS, ignore_errors=True)
    everything = not (options.fast or options.k or options.paths)
    building = minio.begin(place / "minio") if everything else None
    began = time.monotonic()
    chosen = [*(["-k", options.k] if options.k else []), *options.paths]
    # What shares an expensive fixture says so, and stays together.
    side_by_side = ["-n", str(options.n), "--dist", "loadgroup", "-m", TOGETHER]
    if options.fast:
        side_by_side[-1] = NOT_FAST
    reports = [place / "tests.xml"]
    code = pytest(reports[0], [*side_by_side, *chosen])
    if not options.fast:
        # Whole clusters, with a dozen processes each: two at once would only wait for each other.
        reports.append(place / "tests-alone.xml")
        code = worse(code, pytest(reports[1], ["-m", ALONE, *chosen]))
    remarks = [left_out(fast=options.fast, absent=absent)]
    if everything:
        failed, remark = on_minio(building, place / "tests-minio.xml")
        code, remarks = worse(code, failed), [*remarks, remark]
        reports.append(place / "tests-minio.xml")
    show(place / REPORTS)
    summarise(reports, time.monotonic() - began, "; ".join(filter(None, remarks)))
    return code


def worse(code: int, other: int) -> int:
    """Of two exit codes the worse; that one half chose no test is no failure."""
    if NO_TESTS in (code, other):
        return other if code == NO_TESTS else code
    return code or other


def show(reports: Path) -> None:
    """Print what long tests found; pytest keeps it to itself when they pass."""
    for path in sorted(reports.glob("*.txt")):
        print(f"\n── {path.stem}\n{path.read_text('utf-8').rstrip()}")


def pytest(report: Path, words: list[str], path: str | None = None) -> int:
    report.unlink(missing_ok=True)
    surroundings = {**os.environ, "PATH": path} if path else None
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *words]
    return subprocess.run(command, cwd=ROOT, env=surroundings, check=False).returncode


def on_minio(building: minio.Build | None, report: Path) -> tuple[int, str]:
    """Test the stores on MinIO once it is built; return code and remark."""
    report.unlink(missing_ok=True)
    tested = choose("MinIO diuji", "MinIO was tested")
    if building is None:
        there = shutil.which("minio") is not None
        return 0, tested if there else choose("MinIO tidak diuji", "MinIO was not tested")
    if not building.finished():
        return 0, choose("MinIO tidak diuji: belum selesai", "MinIO was not tested: not built")
    path = os.pathsep.join([str(building.folder), os.environ.get("PATH", "")])
    return pytest(report, ["-k", "minio", ON_S3], path), tested


def missing() -> list[str]:
    """Name the packages whose programs this machine does not have."""
    folders = [str(path) for place in BESIDE_THE_PATH for path in _matching(place)]
    path = os.pathsep.join([os.environ.get("PATH", ""), *folders])
    return [
        package
        for package, names in PROGRAMS.items()
        if not any(shutil.which(name, path=path) for name in names)
    ]


def _matching(place: str) -> list[Path]:
    return sorted(Path("/").glob(place.lstrip("/")))


def after_installing(absent: list[str]) -> list[str]:
    """Install packages on a build machine, and return what is still missing."""
    is_build_machine = os.environ.get("CI") == "true" and os.geteuid() == 0
    if not absent or not is_build_machine or not shutil.which("apt-get"):
        return absent
    apt("update")
    with nothing_starts_itself():
        # One by one: a package this system does not know must not keep the others away.
        for package in absent:
            apt("install", "-y", "--no-install-recommends", package)
    return missing()


def apt(*arguments: str) -> None:
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", *arguments], env=surroundings, check=False)


def left_out(*, fast: bool, absent: list[str]) -> str:
    if fast:
        return choose(
            "tanpa pengujian peramban, mesin nyata, dan yang lama (--fast)",
            "without browser, live and slow tests (--fast)",
        )
    if not absent:
        return ""
    packages = " ".join(absent)
    return choose(
        f"TIDAK DIUJI yang memerlukan: {packages} (misalnya: sudo apt install {packages})",
        f"NOT TESTED what needs: {packages} (for instance: sudo apt install {packages})",
    )


def summarise(reports: list[Path], seconds: float, remark: str) -> None:
    sums = Counter[str]()
    for report in filter(Path.exists, reports):
        sums.update(counted(report))
    if not sums:
        return
    parts = choose(
        "{passed} lulus, {failed} gagal, {skipped} dilewati dalam {seconds:.0f} detik",
        "{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f} seconds",
    ).format(**sums, seconds=seconds)
    print(f"simpul test: {parts}" + (f"; {remark}" if remark else ""), flush=True)


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
