"""Landlock: no file by its name, no TCP, no signal to a process outside. Needs Linux 5.13.

See https://docs.kernel.org/userspace-api/landlock.html; rules would allow something again, and
there are none.
"""

import ctypes
import os
import struct

from chassis.process.confinement.kernel import call

_ASK_VERSION = 1
# How many of the rights on files there are to refuse, by the version that has them.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
_NETWORK_SINCE, _SIGNALS_SINCE = 4, 6
_BIND_AND_CONNECT = 0b11
_SOCKETS_AND_SIGNALS = 0b11


def restrict() -> None:
    """Refuse whatever this kernel's Landlock can refuse. Raises `OSError` where it has none."""
    version = call("landlock_create_ruleset", 0, 0, _ASK_VERSION)
    asked = _asked(version)
    rules = call("landlock_create_ruleset", ctypes.c_char_p(asked), len(asked), 0)
    try:
        call("landlock_restrict_self", rules, 0)
    finally:
        os.close(rules)


def _asked(version: int) -> bytes:
    """Write `struct landlock_ruleset_attr` as the version knows it."""
    rights = max(count for since, count in _FILE_RIGHTS.items() if since <= version)
    parts = [(1 << rights) - 1]
    if version >= _NETWORK_SINCE:
        parts.append(_BIND_AND_CONNECT)
    if version >= _SIGNALS_SINCE:
        parts.append(_SOCKETS_AND_SIGNALS)
    return struct.pack(f"<{len(parts)}Q", *parts)
