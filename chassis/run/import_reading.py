"""Reads an uploaded table; a workbook in a process of its own, with bounds on memory and time.

A workbook of 50 KB can be written so that reading it takes gigabytes or minutes, in more ways than
can be told from outside. What it costs ends with its process, and no request waits for its turn.
"""

import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from chassis.process.telemetry import log
from chassis.run.import_files import (
    MOST_BYTES,
    FileEmpty,
    FileOfOtherKind,
    FileRefused,
    FileTooLarge,
    Sheet,
    is_workbook,
    read_file,
)

SECONDS = 60.0
CPU_SECONDS = 20
MEMORY = 768 * 1_048_576
_SHOWN_OF_ERROR = 500
_REFUSALS = {
    refusal.code: refusal for refusal in (FileRefused, FileOfOtherKind, FileTooLarge, FileEmpty)
}


def read_apart(file: IO[bytes]) -> tuple[str, Sheet]:
    """Return an XLSX or CSV file's SHA-256 and its table. Raises `FileRefused` or its kinds."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES or not is_workbook(content):
        return read_file(io.BytesIO(content))
    answer = _answer(content)
    if "refused" in answer:
        raise _REFUSALS[answer["refused"]]
    rows = [(number, cells) for number, cells in answer["rows"]]
    return answer["digest"], Sheet(answer["headings"], rows)


def _answer(content: bytes) -> Mapping[str, Any]:
    try:
        ended = subprocess.run(
            [sys.executable, "-m", __name__, str(MEMORY), str(CPU_SECONDS)],
            input=content,
            capture_output=True,
            check=False,
            cwd="/",
            env=_environment(),
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise FileTooLarge from None
    if ended.returncode:  # without memory a process cannot even say why it ends
        told = ended.stderr.decode(errors="replace")[-_SHOWN_OF_ERROR:]
        log.error("import_reader_ended", code=ended.returncode, told=told)
        raise FileTooLarge
    answer: Mapping[str, Any] = json.loads(ended.stdout)
    return answer


def _environment() -> dict[str, str]:
    """Hold no secret: this process meets hostile files."""
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    return {"PYTHONPATH": path, "LC_ALL": "C.UTF-8"}


def main(memory: int, cpu_seconds: int) -> None:
    """Read the workbook that comes by stdin and write its table to stdout as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    try:
        digest, sheet = read_file(sys.stdin.buffer)
        answer = json.dumps({"digest": digest, "headings": sheet.headings, "rows": sheet.rows})
    except FileRefused as refused:
        answer = json.dumps({"refused": refused.code})
    except MemoryError:
        answer = json.dumps({"refused": FileTooLarge.code})
    sys.stdout.write(answer)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
