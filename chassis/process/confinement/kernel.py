"""Calls to the Linux kernel that the standard library does not have, by name."""

import ctypes
import errno
import os
import platform
from functools import cache
from typing import Any

# The numbers of calls on x86_64 and aarch64.
NUMBERS = {
    "brk": (12, 214),
    "capset": (126, 91),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "clone": (56, 220),
    "clone3": (435, 435),
    "close": (3, 57),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "fcntl": (72, 25),
    "fstat": (5, 80),
    "ftruncate": (77, 46),
    "futex": (202, 98),
    "getcwd": (79, 17),
    "getpid": (39, 172),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "gettid": (186, 178),
    "gettimeofday": (96, 169),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "lseek": (8, 62),
    "madvise": (28, 233),
    "membarrier": (324, 283),
    "mmap": (9, 222),
    "mount": (165, 40),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "munmap": (11, 215),
    "newfstatat": (262, 79),
    "prctl": (157, 167),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "read": (0, 63),
    "readv": (19, 65),
    "restart_syscall": (219, 128),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124),
    "sendto": (44, 206),
    "set_robust_list": (273, 99),
    "sigaltstack": (131, 132),
    "tgkill": (234, 131),
    "unshare": (272, 97),
    "write": (1, 64),
    "writev": (20, 66),
}
_MACHINES = ("x86_64", "aarch64")
_LIBRARY = ctypes.CDLL(None, use_errno=True)


@cache
def machine() -> int:
    """Return the place of this machine's kind in `NUMBERS`. Raises `OSError` for another kind."""
    if platform.machine() not in _MACHINES:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    return _MACHINES.index(platform.machine())


def call(name: str, *arguments: Any) -> int:
    """Call the kernel; raise `OSError` when it refuses."""
    all_six = (*arguments, *[0] * (6 - len(arguments)))
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in all_six]
    answer = _LIBRARY.syscall(ctypes.c_long(NUMBERS[name][machine()]), *given)
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(answer)
