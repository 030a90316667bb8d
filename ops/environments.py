"""A command that learns from its options that it needs a larger environment than its entry says."""

import importlib.util
import os
import sys
from pathlib import Path

LAUNCHER = Path(__file__).parent.parent / "simpul"
NEEDS = "SIMPUL_NEEDS"


def ensure(name: str, *, holding: str) -> None:
    """Start this command again in the environment `name`, unless `holding` can be imported here."""
    if importlib.util.find_spec(holding) is None:
        os.environ[NEEDS] = name
        sys.stdout.flush()
        os.execv(LAUNCHER, [str(LAUNCHER), *sys.argv[1:]])
