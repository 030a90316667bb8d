"""Seccomp: a list of the calls to the kernel that computing needs; all others are refused.

It reads and writes what is open, takes memory, looks at the clock and ends. It opens, connects,
starts and signals nothing. See https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from functools import cache

from chassis.process.confinement.kernel import NUMBERS, call, machine

_ALLOWED = (
    *("read", "readv", "pread64", "write", "writev", "pwrite64", "sendto", "lseek", "close"),
    *("fstat", "ftruncate", "fcntl", "brk", "mmap", "mprotect", "mremap", "munmap", "madvise"),
    *("futex", "membarrier", "rseq", "set_robust_list", "sched_yield", "sched_getaffinity"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("getpid", "gettid", "getrandom", "getrusage", "clock_gettime", "gettimeofday"),
    *("clock_nanosleep", "getcwd", "exit", "exit_group"),
)
_SET_SECCOMP, _FILTER = 22, 2
_ARCHITECTURES = (0xC000_003E, 0xC000_00B7)
_KILL, _ALLOW, _REFUSE = 0x8000_0000, 0x7FFF_0000, 0x0005_0000
_LOAD, _IS, _HAS, _RETURN = 0x20, 0x15, 0x45, 0x06
# Where `struct seccomp_data` has the call's number, the machine and the first argument.
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_THREAD = 0x0001_0000
_OF_THE_DESCRIPTOR = 0x1000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def restrict() -> None:
    """Refuse every other call from now on. Raises `OSError` where the kernel has no filters."""
    # It may end itself, as the C library does when memory is damaged.
    itself = b"".join(_allowed_if("tgkill", 0, _IS, os.getpid()))
    instructions = prepared() + itself + _step(_RETURN, _REFUSE | errno.EPERM)
    program = _Program(len(instructions) // 8, instructions)
    call("prctl", _SET_SECCOMP, _FILTER, ctypes.byref(program))


@cache
def prepared() -> bytes:
    """Return what is the same for every process, to be made before the fork."""
    return b"".join(_program())


def _program() -> Iterator[bytes]:
    yield _step(_LOAD, _MACHINE)
    yield _step(_IS, _ARCHITECTURES[machine()], skip=1)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    for name in _ALLOWED:
        yield _step(_IS, NUMBERS[name][machine()], skip_unless=1)
        yield _step(_RETURN, _ALLOW)
    # A thread is no process; the C library asks another way first, and takes this "no" well.
    yield _step(_IS, NUMBERS["clone3"][machine()], skip_unless=1)
    yield _step(_RETURN, _REFUSE | errno.ENOSYS)
    yield from _allowed_if("clone", 0, _HAS, _THREAD)
    yield from _allowed_if("newfstatat", 3, _IS, _OF_THE_DESCRIPTOR)


def _allowed_if(name: str, argument: int, test: int, value: int) -> Iterator[bytes]:
    yield _step(_IS, NUMBERS[name][machine()], skip_unless=4)
    yield _step(_LOAD, _ARGUMENTS + 8 * argument)
    yield _step(test, value, skip_unless=1)
    yield _step(_RETURN, _ALLOW)
    yield _step(_RETURN, _REFUSE | errno.EPERM)


def _step(code: int, value: int, *, skip: int = 0, skip_unless: int = 0) -> bytes:
    """Write one `struct sock_filter`; the skips are of a test that holds or not."""
    return struct.pack("<HBBI", code, skip, skip_unless, value)
