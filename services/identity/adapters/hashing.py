"""Password hashes: argon2id, in a few threads of their own.

One hash takes 64 MiB and about 80 ms on purpose. Without a bound, a burst of sign-ins would
take the machine's memory; with it they queue. The threads come after all others on the processor.
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_NICENESS = 10


class Hasher:
    """Hashes and verifies passwords, a few at a time."""

    def __init__(self, *, memory_kib: int, at_once: int) -> None:
        self._argon2 = PasswordHasher(memory_cost=memory_kib)
        self._pool = ThreadPoolExecutor(at_once, "hashing", initializer=_step_back)
        self._nobodys = self.hash("the password of an account that does not exist")

    def hash(self, password: str) -> str:
        return self._pool.submit(self._argon2.hash, password).result()

    def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether the password fits.

        Nothing stored takes as long as a wrong password: the time must not tell whether an
        account exists.
        """
        try:
            self._pool.submit(self._argon2.verify, stored or self._nobodys, password).result()
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        return self._argon2.check_needs_rehash(stored)


def _step_back() -> None:
    """Let requests that hash nothing go first; on Linux a thread has a niceness of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
