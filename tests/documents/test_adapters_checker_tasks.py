"""The protocol of tasks, with tasks of these tests' own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import BinaryIO, cast

import pytest

from services.documents.adapters.checker.client import (
    CheckerUnavailable,
    ChecksWaiting,
    ProcessChecker,
)
from tests.builders.pdfs import PdfWriter, a_pdf
from tests.documents.checkers import a_checker, a_file

OWNER = "seorang pegawai"
ODD_TASKS = "tests.documents.odd_tasks"
SPIN = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
while True: pass
"""


@contextmanager
def spinning() -> Iterator[None]:
    """Keep the machine busy on all its cores, for a minute at most."""
    count = os.cpu_count() or 1
    processes = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def checker() -> Iterator[ProcessChecker]:
    with a_checker({"output_bytes": 1000}, ODD_TASKS) as made:
        yield made


def test_a_task_gets_several_files_and_arguments_and_writes_one(checker: ProcessChecker):
    with a_file(b"satu ") as first, a_file(b"dua ") as second, a_file() as output:
        said, usage = checker.run(
            "join", [first, second], owner=OWNER, arguments={"last": "tiga"}, output=output
        )
        output.seek(0)

        assert output.read() == b"satu dua tiga"
    assert said == {"files": 2, "written": 13}
    assert usage.ended == "normally"


def test_a_task_without_an_output_is_told_so(checker: ProcessChecker):
    with a_file(b"satu") as file:
        assert checker.run("join", file, owner=OWNER)[0] == {"files": 1, "written": None}


def test_a_task_that_writes_too_much_gives_its_own_answer(checker: ProcessChecker):
    with a_file() as file, a_file() as output:
        said, usage = checker.run(
            "join", file, owner=OWNER, arguments={"last": "x" * 1001}, output=output
        )

        assert os.fstat(output.fileno()).st_size <= 1000
    assert (said, usage.ended) == ({"too": "much"}, "crashed")


@pytest.mark.parametrize("task", ["raise", "crash", "talk"])
def test_a_task_that_ends_badly_gives_its_own_answer(checker: ProcessChecker, task: str):
    with a_file() as file:
        assert checker.run(task, file, owner=OWNER)[0] == {"too": "much"}


def test_a_child_that_somebody_killed_says_nothing_about_its_file(checker: ProcessChecker):
    with a_file() as file, pytest.raises(CheckerUnavailable):
        checker.run("die", file, owner=OWNER)


def test_a_child_that_did_not_get_on_says_nothing_about_its_file():
    limits = {"cpu_seconds": 1, "wall_seconds": 0.3}

    with a_checker(limits, ODD_TASKS) as slow, a_file() as file:
        with pytest.raises(CheckerUnavailable):
            slow.run("stop", file, owner=OWNER)


@pytest.mark.slow
def test_a_child_that_computes_too_long_is_judged_however_busy_the_machine_is():
    limits = {"cpu_seconds": 1, "wall_seconds": 120}

    with a_checker(limits, ODD_TASKS, patience=120) as strict, a_file() as file, spinning():
        said, usage = strict.run("compute", file, owner=OWNER)

    assert (said, usage.ended) == ({"too": "much"}, "SIGXCPU")


@pytest.mark.slow
def test_a_busy_machine_never_makes_a_good_file_too_complex():
    many_streams = [PdfWriter.stream_body(b"q Q") for _ in range(60_000)]

    with a_checker({"wall_seconds": 2.0}) as checker, spinning():
        with a_file(a_pdf(objects=many_streams)) as file:
            for _ in range(3):
                try:
                    assert checker.check(file, owner=OWNER)[0].code == ""
                except CheckerUnavailable:
                    continue


def test_an_unknown_task_is_a_fault_of_the_asker(checker: ProcessChecker):
    with a_file() as file:
        with pytest.raises(LookupError):
            checker.run("no such task", file, owner=OWNER)
        with pytest.raises(ValueError, match="join"):
            checker.run("join", file, owner=OWNER, arguments={"last": "x" * 20_000})

        assert checker.run("join", file, owner=OWNER)[0]["files"] == 1


def test_one_file_of_an_owner_is_checked_and_two_wait_whatever_others_do(checker: ProcessChecker):
    gate, theirs = socket.socketpair()

    def hold(_: int) -> object:
        with a_file() as file:
            return checker.run("hold", file, owner=OWNER, output=cast(BinaryIO, theirs))

    with gate, theirs, a_file() as file, ThreadPoolExecutor(4) as pool:
        held = [pool.submit(hold, number) for number in range(4)]
        refused = wait(held, return_when=FIRST_COMPLETED).done.pop()
        assert isinstance(refused.exception(), ChecksWaiting)
        assert checker.run("join", file, owner="orang lain")[0]["files"] == 1

        for _ in range(3):
            assert gate.recv(10) == b"!"
            gate.send(b".")
        assert [future.exception() for future in held if future is not refused] == [None] * 3


def test_a_task_for_which_nobody_waits_any_more_is_stopped():
    gate, theirs = socket.socketpair()
    with gate, theirs, a_file() as file:
        with a_checker({}, ODD_TASKS, patience=0.01) as impatient:
            for _ in range(5):
                with pytest.raises(CheckerUnavailable):
                    impatient.run("hold", file, owner=OWNER, output=cast(BinaryIO, theirs))

            impatient._patience = 30
            assert impatient.run("join", file, owner=OWNER)[0]["files"] == 1
