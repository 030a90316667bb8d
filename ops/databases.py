"""The SQLite files of a data folder, checked from outside."""

import contextlib
import sqlite3
from pathlib import Path


def complaint_about(path: Path) -> str:
    """Return what is wrong with a database, or nothing when it is sound."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=20)) as database:
            integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
            orphan = database.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        return str(error)
    if integrity != "ok":
        return str(integrity)
    return f"a row of {orphan[0]} points to nothing" if orphan else ""
