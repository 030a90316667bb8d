"""Password hashes: argon2id, at most so many at once.

One hash takes 64 MiB and about 80 ms on purpose. Without a bound, a burst of sign-ins would
take the machine's memory; with it they queue.
"""

import os
import threading
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION


class Hasher:
    """Hashes and verifies passwords, a few at a time."""

    def __init__(self, *, memory_kib: int, at_once: int) -> None:
        self._argon2 = PasswordHasher(memory_cost=memory_kib)
        self._turn = threading.BoundedSemaphore(at_once)
        self._nobodys = _hash_of_nothing(self._argon2)

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


def _hash_of_nothing(argon2: PasswordHasher) -> str:
    """Write a hash that no password has: free to make, and to verify as dear as another."""
    cost = f"m={argon2.memory_cost},t={argon2.time_cost},p={argon2.parallelism}"
    salt, tag = (_unpadded(os.urandom(size)) for size in (argon2.salt_len, argon2.hash_len))
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${tag}"


def _unpadded(random: bytes) -> str:
    return b64encode(random).decode().rstrip("=")
