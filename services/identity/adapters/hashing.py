"""Password hashes: argon2id, at most so many at once.

One hash takes 64 MiB and about 80 ms on purpose. Without a bound, a burst of sign-ins would
take the machine's memory; with it they queue.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Hasher:
    """Hashes and verifies passwords, a few at a time."""

    def __init__(self, *, memory_kib: int, at_once: int) -> None:
        self._argon2 = PasswordHasher(memory_cost=memory_kib)
        self._turn = threading.BoundedSemaphore(at_once)
        self._nobodys = self.hash("the password of an account that does not exist")

    def hash(self, password: str) -> str:
        with self._turn:
            return self._argon2.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether the password fits.

        Nothing stored takes as long as a wrong password: the time must not tell whether an
        account exists.
        """
        with self._turn:
            try:
                self._argon2.verify(stored or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        return self._argon2.check_needs_rehash(stored)
