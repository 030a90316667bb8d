"""A number of the commit under test: each commit draws another plan, a second run the same one."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT_HISTORY = 4


def seed_of_the_commit() -> int:
    command = ["git", "rev-parse", "--short=8", "HEAD"]
    named = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return int(named[:8], 16) if named else WITHOUT_HISTORY
