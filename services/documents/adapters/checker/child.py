"""What a forked child does before and after it works on a stranger's file."""

import io
import os
import resource
import socket
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NoReturn

from chassis.process.confinement import confine
from services.documents.adapters.checker.protocol import MOST_ANSWERED, line
from services.documents.adapters.checker.tasks import Work
from services.documents.domain.limits import MAX_BYTES, InspectionLimits

_CRASHED = 3
_REPORT = 2


class Child:
    """One task's descriptors: the files, the one it may write or None, the way back."""

    def __init__(self, files: Sequence[int], output: int | None, answers: socket.socket) -> None:
        self.files = files
        self.output = output
        self.answers = answers

    def run(
        self,
        work: Work,
        arguments: Mapping[str, Any],
        limits: InspectionLimits,
        of_libraries: frozenset[int] = frozenset(),
    ) -> NoReturn:
        """Do the work, answer and end the process; the libraries go on with what they opened."""
        try:
            self._let_go(of_libraries)
            contents = [_content(file) for file in self.files]
            _restrict(limits, writes=0 if self.output is None else limits.output_bytes)
            with _written(self.output) as output:
                answer = line(work(contents, arguments, output, limits))
            self._answer(answer)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the process must end here, whatever happened
            _report()
            os._exit(_CRASHED)

    def _let_go(self, of_libraries: frozenset[int]) -> None:
        """Keep no end of anybody else's conversation open, and no file of anybody else."""
        kept = {_REPORT, *self.files, self.answers.fileno(), *of_libraries}
        if self.output is not None:
            kept.add(self.output)
        last = -1
        for descriptor in sorted(kept):
            os.closerange(last + 1, descriptor)
            last = descriptor
        os.closerange(last + 1, os.sysconf("SC_OPEN_MAX"))

    def _answer(self, answer: bytes) -> None:
        if len(answer) > MOST_ANSWERED:
            raise ValueError(len(answer))
        self.answers.sendall(answer)


@contextmanager
def _written(descriptor: int | None) -> Iterator[BinaryIO | None]:
    """Give the file that the task may write, whole when the block ends; None without one."""
    if descriptor is None:
        yield None
        return
    with open(descriptor, "wb", closefd=False) as output:
        yield output


def _content(file: int) -> BinaryIO:
    """Read a file whole and let go of it, so that its bytes stay as they are."""
    content = io.BytesIO(os.pread(file, MAX_BYTES, 0))
    os.close(file)
    return content


def _restrict(limits: InspectionLimits, *, writes: int) -> None:
    os.nice(5)
    cpu = limits.cpu_seconds
    for which, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, writes, writes),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(which, (soft, hard))
    confine()


def _report() -> None:
    """Say where our own code failed, never what was in the file."""
    for frame in traceback.extract_tb(sys.exc_info()[2])[-3:]:
        sys.stderr.write(f"checker: {frame.filename}:{frame.lineno} {sys.exc_info()[0]}\n")
    sys.stderr.flush()
