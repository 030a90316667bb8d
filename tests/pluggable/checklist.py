"""Reads docs/adding-a-service.md: every block with a title is a file, the shell block is run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-service.md"
_BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def blocks(page: Path = PAGE) -> dict[str, str]:
    return dict(_BLOCK.findall(page.read_text(encoding="utf-8")))


def service_files() -> dict[str, str]:
    return {path: text for path, text in blocks().items() if path.startswith("services/")}


def commands() -> list[list[str]]:
    """The lines of the shell block, in this environment instead of the one `./simpul` makes."""
    lines = [shlex.split(line) for line in blocks()["shell"].splitlines()]
    assert all(line[0] == "./simpul" for line in lines)
    return [[sys.executable, "-m", "ops", *line[1:]] for line in lines]


def write(folder: Path) -> None:
    """Write the page's files as they stand there."""
    for path, text in service_files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def run_commands(folder: Path) -> None:
    """Run the page's commands in the repository, with the folder's services beside its own."""
    for command in commands():
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr


def write_package(folder: Path) -> None:
    """Write the same files as an installed package would have them, with its entry point."""
    for path, text in service_files().items():
        target = folder / path.replace("services/panel", "simpul_panel")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("services.panel", "simpul_panel"), encoding="utf-8")
    entry = blocks()["pyproject.toml"].splitlines()[1].replace('"', "")
    about = folder / "simpul_panel-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: simpul-panel\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[simpul.services]\n{entry}\n")
