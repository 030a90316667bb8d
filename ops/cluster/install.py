"""Engines that are not installed: named in one message, or installed from Debian's packages."""

import argparse
import contextlib
import os
import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

from ops.engines import nginx, postgres, rabbit
from ops.speech import Stop, choose, say

POLICY = Path("/usr/sbin/policy-rc.d")
_PROGRAMS = {
    "nginx": ("nginx", nginx.PACKAGES),
    "rabbit": ("rabbitmq-server", rabbit.PACKAGES),
    "postgres": ("initdb", postgres.PACKAGES),
}


def add_option(parser: argparse.ArgumentParser) -> None:
    """Let a command be told to install what it needs."""
    parser.add_argument(
        "--install",
        action="store_true",
        help=choose("memasang paket Debian yang belum ada", "install missing Debian packages"),
    )


def missing(external: Collection[str] = ()) -> list[str]:
    """Name the Debian packages that are missing, without those of external engines."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/rabbitmq/bin"]
    folders += [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")]
    path = os.pathsep.join(folders)
    return [
        package
        for engine, (program, packages) in _PROGRAMS.items()
        if engine not in external
        if shutil.which(program, path=path) is None
        for package in packages
    ]


def ensure(*, wanted: bool, external: Collection[str] = ()) -> None:
    """Install missing engines when asked, or on a build machine as root.

    Raises `Stop` naming all of them otherwise.
    """
    packages = missing(external)
    if not packages:
        return
    if not (wanted or os.environ.get("CI") == "true") or os.geteuid() != 0:
        names = " ".join(packages)
        raise Stop(
            f"belum terpasang: {names}. Jalankan lagi dengan --install sebagai root, "
            f"atau: sudo apt-get install --no-install-recommends {names}",
            f"not installed: {names}. Run again with --install as root, "
            f"or: sudo apt-get install --no-install-recommends {names}",
        )
    install(packages)


def install(packages: list[str]) -> None:
    """Install Debian packages without letting them start anything."""
    say(f"Memasang {' '.join(packages)} …", f"Installing {' '.join(packages)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with nothing_starts_itself():
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        ):
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def nothing_starts_itself() -> Iterator[None]:
    """Debian's way to say: do not start services on installation."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
