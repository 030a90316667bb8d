"""Programs that write PDF files: how one is called and what it says of its version."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Maker = Callable[[Path], Path]


@dataclass
class Producer:
    """A program and the files it makes. `version` asks it, or says so itself."""

    name: str
    version: Callable[[], str]
    files: dict[str, Maker] = field(default_factory=dict)

    def makes(self, name: str) -> Callable[[Maker], Maker]:
        def keep(maker: Maker) -> Maker:
            self.files[name] = maker
            return maker

        return keep


PRODUCERS: list[Producer] = []


def producer(name: str, version: Callable[[], str]) -> Producer:
    made = Producer(name, version)
    PRODUCERS.append(made)
    return made


def run(*command: object, folder: Path, stdin: bytes = b"", timeout: float = 180) -> bytes:
    """Run a program in a folder. Raises what `subprocess` does when it fails."""
    ended = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=True,
        timeout=timeout,
    )
    return ended.stdout


_NUMBER = r"\d+(\.\d+)+(?:[-+~]?[0-9a-z]+)?"


def said_by(*command: str, number: str = _NUMBER) -> Callable[[], str]:
    """Return a question for a program's version: the first number it says."""

    def ask() -> str:
        if shutil.which(command[0]) is None:
            raise FileNotFoundError(command[0])
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        found = re.search(number, ended.stdout + ended.stderr)
        return found.group() if found else "?"

    return ask


def of_package(name: str) -> Callable[[], str]:
    """Return a question for a Python package's version."""

    def ask() -> str:
        from importlib.metadata import version

        return version(name)

    return ask


def all_files() -> Iterator[tuple[Producer, str, Maker]]:
    for one in PRODUCERS:
        for name, maker in one.files.items():
            yield one, name, maker
