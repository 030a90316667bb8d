"""Programs that tests look for on the machine; a build machine gets what it lacks."""

import os
import shutil
import subprocess
from pathlib import Path

from ops.cluster.install import nothing_starts_itself
from ops.speech import choose

# What tests look for, and Debian's package that brings it.
PROGRAMS: dict[str, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "postgresql": ("postgres",),
    "rabbitmq-server": ("rabbitmq-server",),
    "nginx": ("nginx",),
    "clamav-daemon": ("clamd",),
}
BESIDE_THE_PATH = ("/usr/sbin", "/usr/lib/postgresql/*/bin", "/usr/lib/rabbitmq/bin")


def is_build_machine() -> bool:
    return os.environ.get("CI") == "true"


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
    may_install = is_build_machine() and os.geteuid() == 0
    if not absent or not may_install or not shutil.which("apt-get"):
        return absent
    _apt("update")
    with nothing_starts_itself():
        # One by one: a package this system does not know must not keep the others away.
        for package in absent:
            _apt("install", "-y", "--no-install-recommends", package)
    return missing()


def _apt(*arguments: str) -> None:
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", *arguments], env=surroundings, check=False)


def not_tested(absent: list[str]) -> str:
    """Say what could not be tested, and how to get what it needs; nothing when all is there."""
    if not absent:
        return ""
    packages = " ".join(absent)
    return choose(
        f"TIDAK DIUJI yang memerlukan: {packages} (misalnya: sudo apt install {packages})",
        f"NOT TESTED what needs: {packages} (for instance: sudo apt install {packages})",
    )
