"""The code of the releases before and after today's, each in a folder of its own."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from chassis.events.envelope import Event
from tests.chassis.test_migration import add_a_migration

ROOT = Path(__file__).parents[2]
_NAMED_IN = Path(__file__).with_name("previous-release")
_NOTICES = Path(__file__).with_name("release_notices.py")
_NOT_RUN = ("tests", "docs")  # what a release needs no copy of


def previous_release() -> str:
    """Return the commit that `previous-release` names."""
    lines = _NAMED_IN.read_text("utf-8").splitlines()
    [commit] = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return commit


def unpack_previous_release(folder: Path) -> Path:
    """Write that commit's files into the folder.

    Skips in a shallow clone that does not hold the commit; anywhere else that is a failure.
    """
    commit = previous_release()
    if not _is_here(commit):
        if _said("rev-parse", "--is-shallow-repository") == b"true\n":
            pytest.skip(f"this shallow clone does not hold the previous release {commit}")
        pytest.fail(f"tests/faults/previous-release names {commit}, which is not in the history")
    with tarfile.open(fileobj=io.BytesIO(_said("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def write_next_release(folder: Path) -> Path:
    """Copy today's packages, with one migration more for notification."""
    for package in packages():
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    add_a_migration(folder / "services" / "notification")
    return folder


def packages() -> list[str]:
    """Name the top-level folders with code that runs."""
    return sorted(
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in _NOT_RUN
        if any(path.rglob("*.py"))
    )


def notices_due(root: Path, events: Iterable[Event]) -> Counter[tuple[str, str, str]]:
    """Say whom the rules of a release tell of events; `root` is its code."""
    answered = subprocess.run(
        [sys.executable, "-P", str(_NOTICES)],
        input="".join(f"{event.to_json()}\n" for event in events),
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
        capture_output=True,
        text=True,
    )
    return Counter(tuple(json.loads(line)) for line in answered.stdout.splitlines())


def _is_here(commit: str) -> bool:
    looked = subprocess.run(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    return looked.returncode == 0


def _said(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout
