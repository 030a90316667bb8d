"""`./simpul lint`: style, format, types and the import contracts, all of them every time."""

import argparse
import subprocess
import sys
from pathlib import Path

from ops.speech import say

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "import-linter": [str(SCRIPTS / "lint-imports"), "--no-logo"],
}


def configure(_parser: argparse.ArgumentParser) -> None:
    """It takes no options."""


def run(_options: argparse.Namespace) -> int:
    failed = [name for name, arguments in CHECKS.items() if not passes(name, arguments)]
    if failed:
        say(f"Gagal: {', '.join(failed)}.", f"Failed: {', '.join(failed)}.")
        return 1
    say("Semua pemeriksaan lulus.", "Every check passed.")
    return 0


def passes(name: str, arguments: list[str]) -> bool:
    print(f"— {name}", flush=True)
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode == 0
