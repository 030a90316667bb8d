"""The data folder of embedded mode: one running system per folder, held by its lock file.

The lock belongs to an open file that every process of the system inherits, so it is free only
when the last of them has ended, in whatever way.
"""

import argparse
import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.speech import Stop, choose, why_refused

LOCK = "simpul.lock"
CREDENTIALS = "demo-credentials.json"
PLAN = "plan.json"  # of a cluster
CLUSTER = "cluster"  # where a cluster lies, unless told otherwise
SECRETS = "secrets.json"
PROBE = ".writable"
DEMO_UNFINISHED = "demo-unfinished"
OURS = {LOCK, CREDENTIALS, PLAN, CLUSTER, SECRETS, DEMO_UNFINISHED}
LOG = "cluster.log"  # of one in the background, there before anything else is
UNIMPORTANT = {PROBE, LOG, "lost+found"}
ORPHANS_LEAVE_WITHIN = 5.0


@dataclass(frozen=True)
class Instance:
    """The running system of a folder, read from its lock file."""

    pid: int
    url: str


def add_option(parser: argparse.ArgumentParser, *, default: Path | None = None) -> None:
    """Let a command be told its data folder."""
    parser.add_argument(
        "--data",
        type=Path,
        default=default or default_folder(),
        metavar="DIR",
        help=choose("folder data (bawaan: %(default)s)", "data folder (default: %(default)s)"),
    )


def default_folder() -> Path:
    home = os.environ.get("SIMPUL_HOME") or Path(__file__).parent.parent / ".simpul"
    return Path(home) / "data"


def is_new(folder: Path) -> bool:
    """A folder without a database has never been started (a lock file alone does not count)."""
    return not any(folder.glob("*.db"))


def prepare(folder: Path) -> None:
    """Make the folder, for its owner only, and prove it can be written.

    Raises `Stop` when it cannot, or when it holds something else.
    """
    probe = folder / PROBE
    refuse_foreign(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Stop(
            f"folder data {folder} tidak dapat ditulis ({why_refused(error)}); "
            "pilih folder lain dengan --data",
            f"the data folder {folder} cannot be written ({why_refused(error)}); "
            "choose another one with --data",
        ) from error


def refuse_empty(folder: Path) -> None:
    """Raise `Stop` for a folder without databases, saying what it is if it is a cluster's."""
    if (folder / PLAN).exists():
        raise Stop(
            f"folder {folder} milik ./simpul cluster; basis datanya ada di PostgreSQL. "
            f"Keadaannya: ./simpul cluster status --data {folder}",
            f"the folder {folder} is of ./simpul cluster, whose databases are in PostgreSQL. "
            f"How it is: ./simpul cluster status --data {folder}",
        )
    if is_new(folder):
        raise Stop(
            f"folder {folder} belum berisi data Simpul; mulai dengan ./simpul up --data {folder}",
            f"the folder {folder} holds no data of Simpul; begin with ./simpul up --data {folder}",
        )


def refuse_foreign(folder: Path) -> None:
    """Raise `Stop` for a folder with files in it and none of ours: it is somebody's own."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    is_ours = names & OURS or any(name.endswith(".db") for name in names)
    if names - UNIMPORTANT and not is_ours:
        raise Stop(
            f"folder {folder} berisi berkas lain, bukan data Simpul; "
            "pilih folder kosong atau baru dengan --data",
            f"the folder {folder} holds other files and no data of Simpul; "
            "choose an empty or new one with --data",
        )


@contextlib.contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Hold the folder's lock for as long as the block runs.

    Raises `Stop` when another system runs on the folder.
    """
    with (folder / LOCK).open("a+", encoding="utf-8") as file:
        if not _acquired(file.fileno()):
            _refuse(folder)
        yield folder / LOCK
        (folder / LOCK).write_text("")


def _acquired(descriptor: int) -> bool:
    """Try for a while: the worker of a killed system needs a moment to notice and end."""
    deadline = time.monotonic() + ORPHANS_LEAVE_WITHIN
    while not _try_lock(descriptor):
        instance = _instance_in(os.pread(descriptor, 4096, 0))
        if (instance and _is_alive(instance.pid)) or time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refuse(folder: Path) -> None:
    instance = running(folder)
    where = f" ({instance.url}, pid {instance.pid})" if instance else ""
    raise Stop(
        f"Simpul sudah berjalan pada folder {folder}{where}; "
        "hentikan dahulu atau pilih folder lain dengan --data",
        f"Simpul already runs on the folder {folder}{where}; "
        "stop it first or choose another one with --data",
    )


def announce(lock: Path, instance: Instance) -> None:
    lock.write_text(json.dumps(asdict(instance)), encoding="utf-8")


def running(folder: Path) -> Instance | None:
    """Return the system that runs on the folder, or None."""
    try:
        file = (folder / LOCK).open("r+", encoding="utf-8")
    except OSError:
        return None
    with file:
        if _try_lock(file.fileno()):
            return None
        return _instance_in(file.read().encode())


def _instance_in(content: bytes) -> Instance | None:
    try:
        return Instance(**json.loads(content))
    except (ValueError, TypeError):
        return None


def credentials(folder: Path) -> dict[str, object]:
    """Read the demo accounts that `up` keeps for the folder's owner.

    Raises `Stop` when the folder has none.
    """
    try:
        accounts: dict[str, object] = json.loads((folder / CREDENTIALS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Stop(
            f"tidak ada akun contoh di folder {folder}; berikan folder `./simpul up` dengan --data",
            f"the folder {folder} holds no demo accounts; name the folder of "
            "`./simpul up` with --data",
        ) from error
    return accounts
