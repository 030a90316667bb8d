"""`./simpul doctor`: checks of the data folder and of the system that runs on it."""

import argparse
import contextlib
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops import folder
from ops.databases import complaint_about
from ops.journey.web import Unexpected, Web
from ops.speech import Stop, choose, say

LEAST_FREE = 1_000_000_000
PRIVATE = ("secrets.json", folder.CREDENTIALS)
OTHERS_MAY = 0o077


@dataclass(frozen=True)
class Finding:
    """What was examined, and what is wrong with it (empty: nothing)."""

    about: str
    complaint: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=folder.default_folder(), metavar="DIR")


def run(options: argparse.Namespace) -> int:
    if folder.is_new(options.data):
        raise Stop(
            f"folder {options.data} belum berisi data Simpul; mulai dengan ./simpul up",
            f"the folder {options.data} holds no data of Simpul; begin with ./simpul up",
        )
    findings = list(examine(options.data))
    for finding in findings:
        mark = "✗" if finding.complaint else "✓"
        print(f"{mark} {finding.about}" + (f": {finding.complaint}" if finding.complaint else ""))
    wrong = sum(bool(finding.complaint) for finding in findings)
    say(f"{wrong} hal perlu diperbaiki.", f"{wrong} things need attention.")
    return 1 if wrong else 0


def examine(data: Path) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(f"Python {version}, SQLite {sqlite3.sqlite_version}")
    yield from examine_folder(data)
    for path in sorted(data.glob("*.db")):
        yield Finding(path.name, complaint_about(path))
        yield from examine_events(path)
    yield examine_instance(data)


def examine_folder(data: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(data).free
    gigabytes = f"{free / 1e9:.1f} GB"
    yield Finding(
        choose(f"ruang kosong {gigabytes}", f"free space {gigabytes}"),
        "" if free >= LEAST_FREE else choose("kurang dari 1 GB", "less than 1 GB"),
    )
    for path in (data, *(data / name for name in PRIVATE)):
        if path.exists():
            is_open = path.stat().st_mode & OTHERS_MAY
            complaint = choose("dapat dibaca orang lain", "others can read it") if is_open else ""
            yield Finding(str(path), complaint)


def examine_events(path: Path) -> Iterator[Finding]:
    """Count events that wait too long or are parked; a service without these tables has none."""
    questions = {
        choose("tidak dapat diproses", "parked (./simpul dead)"): (
            "SELECT count(*) FROM inbox WHERE status = 'parked'"
        ),
        choose("belum disebarkan setelah 1 menit", "not published after 1 minute"): (
            "SELECT count(*) FROM outbox WHERE published_at IS NULL"
            " AND recorded_at < datetime('now', '-1 minute')"
        ),
    }
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as database:
        for words, question in questions.items():
            with contextlib.suppress(sqlite3.Error):
                count = database.execute(question).fetchone()[0]
                about = choose(f"{path.stem}: peristiwa", f"{path.stem}: events")
                yield Finding(f"{about} {words}: {count}", "!" if count else "")


def examine_instance(data: Path) -> Finding:
    instance = folder.running(data)
    if instance is None:
        return Finding(choose("Simpul tidak sedang berjalan", "Simpul is not running"))
    about = choose(
        f"berjalan di {instance.url} (pid {instance.pid})",
        f"running at {instance.url} (pid {instance.pid})",
    )
    try:
        answer = Web(instance.url).call("GET", "/readyz")
    except Unexpected as error:
        return Finding(about, str(error))
    return Finding(about, "" if answer.status == 200 else json.dumps(answer.json()))
