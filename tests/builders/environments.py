"""An environment of ./simpul without a download: what it pins, out of the one that runs tests."""

import hashlib
import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)


def folder_of(home: Path, name: str) -> Path:
    """Return where ./simpul looks for an environment."""
    digest = hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()
    return home / "venv" / f"{name}-{digest[:12]}"


def put_environment(home: Path, name: str) -> Path:
    """Make an environment that holds the pinned packages and no other; return its interpreter."""
    environment = folder_of(home, name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    pinned = set(map(normal, PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text())))
    for distribution in distributions():
        if normal(distribution.name) in pinned:
            link(distribution, environment, packages)
    (environment / "finished").touch()
    return environment / "bin" / "python"


def link(distribution: Distribution, environment: Path, packages: Path) -> None:
    for file in distribution.files or ():
        if file.parts[0] != "..":
            source, target = distribution.locate_file(file.parts[0]), packages / file.parts[0]
        elif file.parts[-2] == "bin":
            source, target = distribution.locate_file(file), environment / "bin" / file.name
        else:
            continue
        if not target.exists():
            target.symlink_to(Path(str(source)).resolve())


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
