"""What commands say: Indonesian, or English when the machine's language is English."""

import argparse
import errno
import os
import sqlite3
import sys
from collections.abc import Callable
from typing import TypeVar

Number = TypeVar("Number", int, float)
_REASONS = {
    errno.EADDRINUSE: ("sudah dipakai", "already in use"),
    errno.EADDRNOTAVAIL: ("bukan alamat komputer ini", "not an address of this machine"),
    errno.EACCES: ("tidak diizinkan", "permission denied"),
    errno.ENOENT: ("tidak ada di sana", "there is nothing there"),
    errno.EISDIR: ("itu sebuah folder", "that is a folder"),
    errno.EROFS: ("hanya dapat dibaca", "read-only"),
    errno.EEXIST: ("sudah ada berkas dengan nama itu", "a file has that name"),
    errno.ENOTDIR: ("bukan folder", "not a folder"),
    errno.ENOSPC: ("ruang penyimpanan habis", "no space is left"),
}
_REASONS_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _REASONS[errno.ENOSPC],
    sqlite3.SQLITE_READONLY: _REASONS[errno.EROFS],
    sqlite3.SQLITE_BUSY: ("basis datanya sedang dipakai", "the database is busy"),
    sqlite3.SQLITE_CORRUPT: ("basis datanya rusak", "the database is damaged"),
    sqlite3.SQLITE_NOTADB: ("basis datanya rusak", "the database is damaged"),
}


class Stop(Exception):
    """The command cannot go on. The message is one line that says what to do."""

    def __init__(self, indonesian: str, english: str, *, code: int = 2) -> None:
        self.line = choose(indonesian, english)
        self.code = code
        super().__init__(self.line)


def speaks_english() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.lower().startswith("en")
    return False


def choose(indonesian: str, english: str) -> str:
    return english if speaks_english() else indonesian


def why_refused(error: Exception) -> str:
    """Say why the machine refused, in its own words where the table has no better ones."""
    if reason := _REASONS.get(getattr(error, "errno", None) or 0):
        return choose(*reason)
    if reason := _REASONS_OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF):
        return choose(*reason)
    return getattr(error, "strerror", None) or str(error)


def say(indonesian: str, english: str) -> None:
    print(choose(indonesian, english), flush=True)


def complain(line: str) -> None:
    print(f"simpul: {line}", file=sys.stderr, flush=True)


def at_least(least: Number) -> Callable[[str], Number]:
    """Make a parser of an option that takes a number from `least` on."""

    def parse(text: str) -> Number:
        try:
            number = type(least)(text)
            if number >= least:
                return number
        except ValueError:
            pass
        told = choose(f"{text!r} bukan angka mulai {least}", f"{text!r} is no number from {least}")
        raise argparse.ArgumentTypeError(told)

    return parse


def confirmed(indonesian: str, english: str) -> bool:
    """Ask a person yes or no; without a terminal the answer is no."""
    if not sys.stdin.isatty():
        return False
    answer = input(
        f"{choose(indonesian, english)} [y/t] " if not speaks_english() else f"{english} [y/n] "
    )
    return answer.strip().lower() in {"y", "ya", "yes"}
