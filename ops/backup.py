"""`./simpul backup`: the data folder in one file, while the system runs or not.

The databases are copied as of one instant: each is locked for a moment, a read transaction is
opened on each, and the locks are released before the copying begins. Stored files are added after
the databases, so no row points to a file that is missing.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops import folder
from ops.speech import Stop, choose, say, why_refused

FORMAT = "simpul-backup/1"
MANIFEST = "manifest.json"
DRAFT = ".unfinished"
LOCK_WAIT = 20.0
LEFT_OUT = (folder.LOCK, folder.PROBE)
BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


def configure(parser: argparse.ArgumentParser) -> None:
    folder.add_option(parser)
    file = choose("BERKAS", "FILE")
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar=file,
        help=choose(
            "berkas baru atau folder; bila tidak disebut: simpul-<waktu>.tar.gz di sini",
            "a new file or a folder; when left out: simpul-<time>.tar.gz here",
        ),
    )
    parser.add_argument(
        "--to", type=Path, metavar=file, help=choose("sama dengan masukan itu", "the same")
    )


def run(options: argparse.Namespace) -> int:
    target = target_of(options.file or options.to or Path())
    folder.refuse_empty(options.data)
    refuse_place(target, options.data)
    try:
        manifest = save(options.data, target)
    except (OSError, sqlite3.Error) as error:
        why = why_refused(error)
        raise Stop(
            f"cadangan {target} gagal: {why}; tidak ada yang tersimpan",
            f"the backup {target} failed: {why}; nothing was saved",
        ) from error
    size = sum(entry["size"] for entry in manifest["files"])
    say(
        f"Cadangan tersimpan: {target} ({len(manifest['files'])} berkas, {size} byte). "
        "Isinya rahasia: simpan di tempat aman.",
        f"Backup saved: {target} ({len(manifest['files'])} files, {size} bytes). "
        "It holds secrets: keep it safe.",
    )
    return 0


def target_of(place: Path) -> Path:
    """Return the file to write: in a folder it is named after the time."""
    if not place.is_dir():
        return place
    return place / f"simpul-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"


def refuse_place(target: Path, data: Path) -> None:
    if target.exists():
        raise Stop(
            f"{target} sudah ada dan tidak ditimpa; sebutkan nama lain",
            f"{target} is there already and is not replaced; give another name",
        )
    if target.resolve().is_relative_to(data.resolve()):
        raise Stop(
            f"{target} ada di dalam folder data; simpan cadangan di tempat lain",
            f"{target} is inside the data folder; keep the backup somewhere else",
        )


def save(data: Path, target: Path) -> dict[str, Any]:
    """Write the archive and return its manifest (path, size and SHA-256).

    The archive is renamed when it is complete; a failure leaves no file.
    """
    draft = target.with_name(target.name + DRAFT)
    try:
        # Beside the target, so that only its disk needs room.
        with tempfile.TemporaryDirectory(prefix=".simpul-backup-", dir=target.parent) as scratch:
            files = {**copy_databases(data, Path(scratch)), **other_files(data)}
            manifest = write(draft, files)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def write(draft: Path, files: dict[str, Path]) -> dict[str, Any]:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            manifest = fill(archive, files)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def fill(archive: tarfile.TarFile, files: dict[str, Path]) -> dict[str, Any]:
    entries: list[dict[str, Any]] = []
    for name, path in files.items():
        # A draft the system was just writing may be gone; what rows point to stays.
        with contextlib.suppress(FileNotFoundError):
            entries.append(add(archive, name, path))
    manifest = {"format": FORMAT, "made_at": _now(), "files": entries}
    add_bytes(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
    return manifest


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def copy_databases(data: Path, scratch: Path) -> dict[str, Path]:
    copies: dict[str, Path] = {}
    with contextlib.ExitStack() as stack:
        for name, source in snapshots(data, stack).items():
            copies[name] = scratch / name
            with contextlib.closing(sqlite3.connect(copies[name])) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
    return copies


def snapshots(data: Path, stack: contextlib.ExitStack) -> dict[str, sqlite3.Connection]:
    """Open a read transaction on each database, all as of one instant."""
    readers: dict[str, sqlite3.Connection] = {}
    with all_locked(sorted(data.glob("*.db"))):
        for path in sorted(data.glob("*.db")):
            reader = stack.enter_context(opened(path))
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            readers[path.name] = reader
    return readers


@contextlib.contextmanager
def all_locked(paths: list[Path]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for path in paths:
            writer = stack.enter_context(opened(path))
            writer.execute("BEGIN IMMEDIATE")
            stack.callback(writer.rollback)
        yield


def opened(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, timeout=LOCK_WAIT, isolation_level=None))


def other_files(data: Path) -> dict[str, Path]:
    files = (path for path in sorted(data.rglob("*")) if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(data)): path for path in files if _belongs(path)}


def _belongs(path: Path) -> bool:
    if path.suffix in {".db", DRAFT} or path.name in LEFT_OUT:
        return False
    return not path.name.endswith(BESIDE_A_DATABASE)


def add(archive: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        info = archive.gettarinfo(arcname=name, fileobj=file)
        info.mode = 0o600
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        archive.addfile(info, file)
    return {"path": name, "size": info.size, "sha256": digest}


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o600
    archive.addfile(info, io.BytesIO(content))


def unusable(reason: tuple[str, str]) -> Stop:
    why = choose(*reason)
    return Stop(f"cadangan tidak dapat dipakai: {why}", f"the backup cannot be used: {why}")
