"""docs/adding-a-service.md followed in a copy of the tree: its files, its commands, its words."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.builders.templates import template
from tests.pluggable.checklist import ROOT, commands, service_files

LEFT_OUT = (".git", ".simpul", "__pycache__", "*.pyc", ".*_cache", ".hypothesis")
SERVICE = Path("services/panel")


def tree() -> Path:
    """Return a copy of the tree in which the page was followed; nobody changes it."""
    return template("panel-followed", _follow) / "tree"


def service_folder() -> Path:
    """Return a folder with the service alone, as its author's commands left it."""
    return template("panel-alone", _alone)


def run(folder: Path, *command: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy, with this environment's packages."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def written(folder: Path, kinds: Sequence[str]) -> None:
    """Write the page's files of some kinds, as they stand there."""
    for path, text in service_files().items():
        if path.endswith(tuple(kinds)):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def _follow(folder: Path) -> None:
    copy = folder / "tree"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    written(copy, (".py", "glossary.toml"))
    for command in commands():
        done = run(copy, "-m", *command)
        assert done.returncode == 0, done.stderr
    shutil.copytree(copy / SERVICE / "texts", folder / "places")
    written(copy, ("/id.toml", "/en.toml"))


def _alone(folder: Path) -> None:
    shutil.copytree(tree() / SERVICE, folder / SERVICE, ignore=shutil.ignore_patterns(*LEFT_OUT))
