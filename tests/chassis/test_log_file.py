"""A log whose file is moved away goes on in a new one of its name, and no line is lost."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITES = """
import sys
from pathlib import Path
from chassis.process.telemetry import configure_logs, log
configure_logs()
path = Path(sys.argv[1])
for number in range(6):
    log.info("line", number=number)
    if number in (1, 3):
        path.rename(f"{path}.{number}")
print("printed", flush=True)
"""


def written_by(path: Path) -> None:
    with path.open("ab") as output:
        subprocess.run(
            [sys.executable, "-c", WRITES, str(path)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            check=True,
        )


def test_every_line_is_in_one_of_the_files_and_what_is_printed_too(tmp_path):
    path = tmp_path / "part.log"
    written_by(path)
    lines = {file.name: file.read_text().splitlines() for file in tmp_path.iterdir()}

    assert {name: len(found) for name, found in lines.items()} == {
        "part.log.1": 2,
        "part.log.3": 2,
        "part.log": 3,
    }
    assert lines["part.log"][-1] == "printed"


def test_every_line_of_a_log_is_json_with_its_time_in_utc(tmp_path):
    path = tmp_path / "part.log"
    forging = WRITES.replace(
        '"line", number', r""""a\nline", note='\n{"event": "forged"}', number"""
    )
    with path.open("ab") as output:
        command = [sys.executable, "-c", forging, str(path)]
        subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=True)
    texts = [line for file in tmp_path.iterdir() for line in file.read_text().splitlines()]
    lines = [json.loads(text) for text in texts if text != "printed"]

    assert {line["event"] for line in lines} == {"a\nline"}
    for line in lines:
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)


def test_a_log_whose_folder_is_gone_goes_on_where_it_was(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    path = folder / "part.log"
    moving = WRITES.replace(
        'path.rename(f"{path}.{number}")', 'path.parent.rename(f"{path.parent}.{number}")'
    ).replace("(1, 3)", "(1,)")
    with path.open("ab") as output:
        command = [sys.executable, "-c", moving, str(path)]
        subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=True)

    assert len((tmp_path / "logs.1" / "part.log").read_text().splitlines()) == 7
