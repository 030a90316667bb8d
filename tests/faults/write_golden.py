"""Writes `golden/`: what the previous release records in one main job, by invented people only.

Run it when `previous-release` is moved: python -m tests.faults.write_golden
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from chassis.process.manifest import discover
from ops import demo
from tests.faults.releases import unpack_previous_release

GOLDEN = Path(__file__).with_name("golden")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="simpul-golden-") as place:
        folder = Path(place)
        code = unpack_previous_release(folder / "code")
        do_the_main_job(code, folder)
        for service in discover():
            write(service, folder / "data" / f"{service}.db")


def do_the_main_job(code: Path, folder: Path) -> None:
    data, log = folder / "data", folder / "log"
    ours = ("_URL", "PYTHONPATH")
    surroundings = {k: v for k, v in os.environ.items() if not k.endswith(ours)}
    command = [sys.executable, "-P", "-m", "ops"]
    place = {"cwd": code, "env": {**surroundings, "PYTHONPATH": str(code)}}
    with log.open("wb") as output:
        up = [*command, "up", "--port", "0", "--data", str(data)]
        process = subprocess.Popen(up, stdout=output, stderr=output, **place)
    try:
        url = demo.address_when_ready(process, data, log)
        job = [*command, "demo", "--url", url, "--data", str(data)]
        subprocess.run(job, check=True, **place)
    finally:
        demo.stop(process)


def write(service: str, database: Path) -> None:
    """One line per event, in the order of their positions, as the bus carries them."""
    if not database.exists():
        return
    with sqlite3.connect(database) as connection:
        found = connection.execute("SELECT body, position FROM outbox ORDER BY position").fetchall()
    lines = [
        json.dumps({**json.loads(body), "position": position}, ensure_ascii=False)
        for body, position in found
    ]
    if lines:
        (GOLDEN / f"{service}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
