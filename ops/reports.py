"""What a run of tests wrote: pytest's XML, and the texts of long tests."""

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

from ops import folder

SLOWEST = 10
# xdist adds a test's group to its name, behind the parameters or into their bracket.
_GROUP = re.compile(r"(?<=\])@[\w-]+\]?$|^([^\[]+)@[\w-]+$")


def home() -> Path:
    """Return the folder that holds the environment, results of tests and a person's data."""
    return folder.default_folder().parent


def texts() -> Path:
    """Return the folder of long tests' reports; pytest hides the output of a test that passes."""
    return home() / "reports"


def forget() -> None:
    """Remove the texts of the previous run."""
    home().mkdir(parents=True, exist_ok=True)
    shutil.rmtree(texts(), ignore_errors=True)


def write(name: str, text: str) -> None:
    texts().mkdir(parents=True, exist_ok=True)
    (texts() / f"{name}.txt").write_text(text, "utf-8")


def read() -> list[str]:
    """Return every text under its name."""
    return [
        f"\n── {path.stem}\n{path.read_text('utf-8').rstrip()}"
        for path in sorted(texts().glob("*.txt"))
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
    """Return the slowest tests, each with its seconds; its fixtures are included."""
    times = [
        (float(case.get("time", 0)), f"{case.get('classname', '')}::{_name(case)}")
        for case in _root(report).iter("testcase")
    ]
    return sorted(times, reverse=True)[:count]


def _name(case: ET.Element) -> str:
    return _GROUP.sub(r"\1", case.get("name", ""))


def _root(report: Path) -> ET.Element:
    return ET.parse(report).getroot()  # noqa: S314 - written by our pytest
