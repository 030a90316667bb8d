"""What a run of tests left behind: pytest's XML, and what long tests wrote about themselves."""

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

from ops import folder

SLOWEST = 10


def home() -> Path:
    """Return the folder that holds the environment, results of tests and a person's data."""
    return folder.default_folder().parent


def told() -> Path:
    """Return where a long test writes what it found; pytest keeps it to itself when it passes."""
    return home() / "reports"


def forget() -> None:
    """Remove what the run before this one told."""
    home().mkdir(parents=True, exist_ok=True)
    shutil.rmtree(told(), ignore_errors=True)


def write(name: str, text: str) -> None:
    told().mkdir(parents=True, exist_ok=True)
    (told() / f"{name}.txt").write_text(text, "utf-8")


def read() -> list[str]:
    """Return everything that was told, each under its name."""
    return [
        f"\n── {path.stem}\n{path.read_text('utf-8').rstrip()}"
        for path in sorted(told().glob("*.txt"))
    ]


def counted(report: Path) -> dict[str, int]:
    """Count what passed, failed and was skipped."""
    names = ("tests", "failures", "errors", "skipped")
    sums = dict.fromkeys(names, 0)
    for suite in _root(report).iter("testsuite"):
        for name in names:
            sums[name] += int(suite.get(name, 0))
    failed = sums["failures"] + sums["errors"]
    passed = sums["tests"] - failed - sums["skipped"]
    return {"passed": passed, "failed": failed, "skipped": sums["skipped"]}


def slowest(report: Path, count: int = SLOWEST) -> list[tuple[float, str]]:
    """Return the slowest tests, each with its seconds; what it set up first is in them."""
    times = [
        (float(case.get("time", 0)), f"{case.get('classname', '')}::{case.get('name', '')}")
        for case in _root(report).iter("testcase")
    ]
    return sorted(times, reverse=True)[:count]


def _root(report: Path) -> ET.Element:
    return ET.parse(report).getroot()  # noqa: S314 - written by our pytest
