"""Ends whatever runs of a folder, also when nobody watches over it: by its records and its marks.

A number in a record that is another process's by now is never sent a signal.
"""

import signal
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ops.cluster.instances import RECORDS
from ops.engines.child import Record, end, gone
from ops.engines.identity import Identity, marked, working_in

_DRAIN_SECONDS = 40.0
_LAST_SECONDS = 10.0
# Who writes a title over its mark, known by the folder it works in.
_WITHOUT_MARK = ("nginx", "postgres")
_ENGINES = ("postgres", "rabbit", "epmd", "s3")


def end_everything(folder: Path, *, except_of: Collection[Path] = ()) -> list[str]:
    """End what runs of a folder, gently and then not; return what was ended, in words.

    `except_of`: records of what is to go on.
    """
    records = {path: record for path, record in _records(folder) if path not in except_of}
    living = {path: record for path, record in records.items() if record.identity.alive}
    for step in _in_order(living):
        _end([living[path] for path in step])
    ended = [_words(path, record) for path, record in living.items()]
    for path in records:
        path.unlink(missing_ok=True)
    strays = [*_strays(folder, except_of)]
    ended += [f"pid {stray.pid}" for stray in strays]
    end(strays, signal.SIGKILL, _LAST_SECONDS)
    return ended


def running(folder: Path) -> list[str]:
    """Name what runs of a folder."""
    return [_words(path, record) for path, record in _records(folder) if record.identity.alive]


def _records(folder: Path) -> Iterator[tuple[Path, Record]]:
    for path in sorted((folder / RECORDS).glob("*.json")):
        if record := Record.read(path):
            yield path, record


def _in_order(living: Iterable[Path]) -> Iterator[list[Path]]:
    """The edge first, then our processes, then the engines they need."""
    paths = list(living)
    yield [path for path in paths if path.stem == "nginx"]
    yield [path for path in paths if path.stem not in ("nginx", *_ENGINES)]
    yield [path for path in paths if path.stem in _ENGINES]


def _end(records: list[Record]) -> None:
    for record in records:
        record.identity.send(record.stop_signal)
    processes = [record.identity for record in records]
    if not gone(processes, _DRAIN_SECONDS):
        end(processes, signal.SIGKILL, _LAST_SECONDS)


def _strays(folder: Path, except_of: Iterable[Path]) -> Iterator[Identity]:
    """Yield what is left without a record of its own: whom its maker's death met too soon."""
    going_on = {process for path in except_of for process in marked(path)}
    yield from set(marked(folder / RECORDS)) - going_on
    for name in _WITHOUT_MARK:
        if (folder / RECORDS / f"{name}.json") not in {*except_of}:
            yield from working_in(folder / name, name)


def _words(path: Path, record: Record) -> str:
    about = record.about
    name = f"{about['name']} {about['kind']}" if about else path.stem
    return f"{name} (pid {record.identity.pid})"
