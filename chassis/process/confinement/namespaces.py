"""Namespaces: a user without rights, a network without interfaces, a root folder without files.

A namespace of users is what lets a process without rights make the others. Where the kernel or
the container does not allow one, nothing of this holds.
"""

import os
import struct
import tempfile
from pathlib import Path

from chassis.process.confinement.kernel import call

_NOBODY = 65_534
_SET_DUMPABLE = 4
_NEW_USER, _NEW_NETWORK = 0x1000_0000, 0x4000_0000
_NEW_MESSAGES, _NEW_NAMES, _NEW_MOUNTS = 0x0800_0000, 0x0400_0000, 0x0002_0000
# Read-only, and no set-user-id, devices or programs.
_NOTHING_TO_DO_IN_IT = 1 | 2 | 4 | 8
_CAPABILITIES_VERSION = 0x2008_0522


def leave_root() -> None:
    """Become nobody, in no group, if this process is root and may."""
    if os.geteuid() != 0:
        return
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except PermissionError:  # a root without the right to change: it has no others either
        return
    call("prctl", _SET_DUMPABLE, 1)  # else `/proc/self` still belongs to root


def leave() -> None:
    """Enter namespaces in which there is nothing, and keep no right in them.

    Raises `OSError` where that is not allowed, after as much of it as was.
    """
    try:
        _enter(os.geteuid(), os.getegid())
        _leave_files()
    finally:
        _drop_capabilities()


def _enter(user: int, group: int) -> None:
    call("unshare", _NEW_USER | _NEW_NETWORK | _NEW_MESSAGES | _NEW_NAMES | _NEW_MOUNTS)
    for file, said in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        (Path("/proc/self") / file).write_text(said)


def _leave_files() -> None:
    """Make an empty folder the root that nothing can be put into; others do not see it."""
    folder = tempfile.gettempdir()
    call("mount", b"none", folder.encode(), b"tmpfs", _NOTHING_TO_DO_IN_IT)
    os.chdir(folder)
    os.chroot(".")


def _drop_capabilities() -> None:
    header = struct.pack("<Ii", _CAPABILITIES_VERSION, 0)
    call("capset", header, struct.pack("<6I", *[0] * 6))
