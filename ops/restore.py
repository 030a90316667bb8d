"""`./simpul restore`: a backup becomes a new data folder, or nothing happens.

Everything is unpacked beside the target and checked, hashes and databases; then the folder is
renamed.
"""

import argparse
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import Any

from ops import folder
from ops.backup import FORMAT, MANIFEST, unusable
from ops.databases import complaint_about
from ops.speech import Stop, choose, say, why_refused


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar=choose("BERKAS", "FILE"),
        help=choose("cadangan dari ./simpul backup", "a backup of ./simpul backup"),
    )
    folder.add_option(parser)


def run(options: argparse.Namespace) -> int:
    refuse_occupied(options.data)
    try:
        count = bring_back(options.file, options.data)
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        why = f"{options.file}: {why_refused(error)}"
        raise unusable((why, why)) from error
    say(
        f"{count} berkas kembali di {options.data}; jalankan ./simpul up --data {options.data}",
        f"{count} files are back in {options.data}; run ./simpul up --data {options.data}",
    )
    return 0


def refuse_occupied(data: Path) -> None:
    if instance := folder.running(data):
        raise Stop(
            f"Simpul masih berjalan pada folder {data} ({instance.url}); hentikan dahulu",
            f"Simpul still runs on the folder {data} ({instance.url}); stop it first",
        )
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Stop(
            f"folder {data} tidak kosong; pilih folder baru dengan --data",
            f"the folder {data} is not empty; choose a new one with --data",
        )


def bring_back(file: Path, data: Path) -> int:
    data.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".restore-", dir=data.parent))
    try:
        manifest = unpack(file, scratch)
        check_databases(scratch)
        if data.exists():
            data.rmdir()
        scratch.rename(data)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return len(manifest["files"])


def unpack(file: Path, scratch: Path) -> dict[str, Any]:
    """Unpack the archive and compare it with its manifest.

    Raises `Stop` when a file is missing, unexpected or changed.
    """
    with tarfile.open(file, "r:gz") as archive:
        for member in archive:
            write_out(archive, member, scratch)
    manifest = read_manifest(scratch / MANIFEST)
    expected = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    files = {str(path.relative_to(scratch)): path for path in scratch.rglob("*") if path.is_file()}
    for name in sorted(expected.keys() | files.keys()):
        if name not in expected or name not in files:
            raise unusable((f"isinya tidak lengkap ({name})", f"its content is wrong ({name})"))
        if digest_of(files[name]) != expected[name]:
            raise unusable((f"{name} telah berubah", f"{name} was changed"))
    return manifest


def write_out(archive: tarfile.TarFile, member: tarfile.TarInfo, scratch: Path) -> None:
    """Write a plain file below the root; refuse anything else that an archive may hold."""
    target = (scratch / member.name).resolve()
    source = archive.extractfile(member) if member.isreg() else None
    if source is None or not target.is_relative_to(scratch.resolve()):
        raise unusable((f"isinya janggal ({member.name})", f"strange content ({member.name})"))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source, os.fdopen(descriptor, "wb") as out:
        shutil.copyfileobj(source, out)


def read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        is_ours = manifest["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise unusable(("bukan cadangan Simpul", "it is not a backup of Simpul"))
    path.unlink()
    return manifest


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_databases(scratch: Path) -> None:
    for path in scratch.glob("*.db"):
        if complaint := complaint_about(path):
            raise unusable(
                (f"{path.name} rusak: {complaint}", f"{path.name} is damaged: {complaint}")
            )
