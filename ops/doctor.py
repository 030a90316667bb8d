"""`./simpul doctor`: checks of the data folder and of the system that runs on it."""

import argparse
import contextlib
import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.data.revisions import Schema, newest
from chassis.kernel.version import VERSION
from chassis.process.manifest import Manifest, discover
from ops import environments, first_link, folder, skew
from ops.databases import complaint_about
from ops.journey.web import Unexpected, Web
from ops.speech import choose, say

DEPLOYING = "docs/deploying.md"
LEAST_FREE = 1_000_000_000
PRIVATE = (folder.SECRETS, folder.CREDENTIALS, first_link.FILE)
OTHERS_MAY = 0o077
HOME = Path(__file__).resolve().parents[1]
CONFINED_FROM = {
    "network": ("jaringan", "the network"),
    "files": ("berkas lain", "other files"),
    "processes": ("proses lain", "other processes"),
}


@dataclass(frozen=True)
class Finding:
    """What was examined, what is wrong with it (empty: nothing), and the command that cures it."""

    about: str
    complaint: str = ""
    cure: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    folder.add_option(parser)


def run(options: argparse.Namespace) -> int:
    findings = list(examine(options.data.resolve()))
    for finding in findings:
        mark = "✗" if finding.complaint else "✓"
        print(f"{mark} {finding.about}" + (f": {finding.complaint}" if finding.complaint else ""))
        if finding.complaint:
            print(f"    → {finding.cure}")
    wrong = sum(bool(finding.complaint) for finding in findings)
    say(f"{wrong} hal perlu diperbaiki.", f"{wrong} things need attention.")
    return 1 if wrong else 0


def examine(data: Path) -> Iterator[Finding]:
    """Examine a folder of either form. Raises `Stop` for one that holds no data."""
    if (data / folder.PLAN).exists():
        environments.ensure("cluster", holding="psycopg")
        from ops.cluster import examining

        yield examine_versions()
        yield from examine_confinement(confined())
        yield from examining.examine(data)
        return
    folder.refuse_empty(data)
    yield examine_versions()
    yield from examine_confinement(confined())
    yield from examine_free_space(data)
    yield from is_private([data, *(data / name for name in PRIVATE)])
    manifests = discover()
    for path in sorted(data.glob("*.db")):
        yield Finding(path.name, complaint_about(path), bring_back(data))
        yield from examine_schema(path, manifests.get(path.stem))
        yield from examine_events(path)
    yield from examine_instance(data, again(data))


def examine_versions() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(f"Simpul {VERSION}, Python {version}, SQLite {sqlite3.sqlite_version}")


def confined() -> dict[str, dict[str, Any]]:
    """Try, in a process that ends afterwards, what files are checked without on this machine."""
    command = [sys.executable, "-m", "chassis.process.confinement"]
    tried = subprocess.run(command, cwd=HOME, capture_output=True, check=False, timeout=60)
    told: dict[str, dict[str, Any]] = json.loads(tried.stdout or "{}")
    return told


def examine_confinement(told: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Say what the process that opens strangers' files cannot reach, and what holds it."""
    layers, promises = told.get("layers", {}), told.get("promises", {})
    by = ", ".join(layer for layer, missing in layers.items() if not missing) or "-"
    about = choose(f"pemeriksa berkas dikurung oleh: {by}", f"the file check is confined by: {by}")
    if without := [f"{layer} ({missing})" for layer, missing in layers.items() if missing]:
        about += choose("; tanpa ", "; without ") + ", ".join(without)
    open_to = [names for name, names in CONFINED_FROM.items() if not promises.get(name)]
    complaint = choose("dapat mencapai ", "it can reach ") + ", ".join(
        choose(*names) for names in open_to
    )
    yield Finding(about, complaint if open_to else "", "less docs/deploying.md")


def examine_free_space(data: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(data).free
    gigabytes = f"{free / 1e9:.1f} GB"
    yield Finding(
        choose(f"ruang kosong {gigabytes}", f"free space {gigabytes}"),
        "" if free >= LEAST_FREE else choose("kurang dari 1 GB", "less than 1 GB"),
        f"du -sh {quoted(data)}/*   df -h {quoted(data)}",
    )


def is_private(paths: Iterable[Path]) -> Iterator[Finding]:
    """Complain of what others than its owner may read."""
    for path in paths:
        if path.exists():
            is_open = path.stat().st_mode & OTHERS_MAY
            complaint = choose("dapat dibaca orang lain", "others can read it") if is_open else ""
            yield Finding(str(path), complaint, f"chmod go-rwx {quoted(path)}")


def examine_schema(path: Path, manifest: Manifest | None) -> Iterator[Finding]:
    """Compare a database's migration with the newest one that this code has."""
    if manifest is None or manifest.home is None:
        return
    with (
        contextlib.suppress(sqlite3.Error, TypeError),  # a damaged or empty database is said above
        contextlib.closing(sqlite3.connect(path, timeout=20)) as database,
    ):
        [revision] = database.execute("SELECT version_num FROM alembic_version").fetchone()
        schema = Schema(revision, newest(manifest.home))
        about = choose(f"{path.stem}: skema {revision}", f"{path.stem}: schema {revision}")
        complaint = skew.said(manifest.name, schema) if schema.is_later else ""
        yield Finding(about, complaint, f"git pull && {again(path.parent)}")


def quoted(path: Path) -> str:
    return shlex.quote(str(path))


def again(data: Path) -> str:
    return f"./simpul up --data {quoted(data)}"


def bring_back(data: Path) -> str:
    """Return how a damaged folder is replaced by what was saved last."""
    file = choose("<cadangan>", "<backup>")
    return f"./simpul restore {file} --data {quoted(data.with_name(data.name + '-2'))}"


def examine_events(path: Path) -> Iterator[Finding]:
    """Count events that wait too long or are parked; a service without these tables has none."""
    show = f"./simpul dead --data {quoted(path.parent)}"
    questions = {
        choose("tidak dapat diproses", "parked"): (
            "SELECT count(*) FROM inbox WHERE status = 'parked'",
            show,
        ),
        choose("belum disebarkan setelah 1 menit", "not published after 1 minute"): (
            "SELECT count(*) FROM outbox WHERE published_at IS NULL"
            " AND recorded_at < datetime('now', '-1 minute')",
            again(path.parent),
        ),
    }
    about = choose(f"{path.stem}: peristiwa", f"{path.stem}: events")
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as database:
        for words, (question, cure) in questions.items():
            with contextlib.suppress(sqlite3.Error):
                count = database.execute(question).fetchone()[0]
                complaint = choose(f"{count} peristiwa", f"{count} events") if count else ""
                yield Finding(f"{about} {words}: {count}", complaint, cure)


def examine_instance(data: Path, again: str) -> Iterator[Finding]:
    """Ask what runs on a folder whether it is ready; `again` starts it."""
    instance = folder.running(data)
    if instance is None:
        yield Finding(choose("Simpul tidak sedang berjalan", "Simpul is not running"))
        return
    about = choose(
        f"berjalan di {instance.url} (pid {instance.pid})",
        f"running at {instance.url} (pid {instance.pid})",
    )
    cure = f"kill {instance.pid} && {again}"
    try:
        answer = Web(instance.url).call("GET", "/readyz")
    except Unexpected as error:
        yield Finding(about, str(error), cure)
        return
    complaint = "" if answer.status == 200 else json.dumps(answer.json())
    yield Finding(about, complaint, cure)
    yield from examine_degraded(answer.json())


def examine_degraded(told: Mapping[str, Any]) -> Iterator[Finding]:
    """Complain of what services lean on and what does less than it should."""
    for service, reasons in told.get("degraded", {}).items():
        for name, reason in reasons.items():
            yield Finding(f"{service}: {name}", _degraded(reason), f"less {DEPLOYING}")


def _degraded(reason: str) -> str:
    """Say in words why something does less, as far as this release knows the code."""
    words = {
        "scanner_unavailable": choose("tidak menjawab", "does not answer"),
        "scanner_signatures_old": choose(
            "tanda tangan virus lebih tua dari 7 hari atau tidak diketahui umurnya",
            "its signatures are older than 7 days, or of unknown age",
        ),
        "store_unavailable": choose("tidak menjawab", "does not answer"),
        "bus_unavailable": choose("tidak menjawab", "does not answer"),
        "events_late": choose("peristiwa terlambat disebarkan", "events are published late"),
    }
    return words.get(reason, reason)
