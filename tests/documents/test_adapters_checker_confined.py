"""What a child that was taken over can reach: nothing but its input and its one output."""

import os
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from services.documents.adapters.checker.client import PROTECTED, ProcessChecker
from tests.builders.metrics import moved
from tests.documents.checkers import a_checker, a_file

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
OWNER = "seorang pegawai"
ODD_TASKS = "tests.documents.odd_tasks"


@pytest.fixture(scope="module")
def checker() -> Iterator[ProcessChecker]:
    with a_checker({"output_bytes": 1000}, ODD_TASKS) as made:
        yield made


def needs(checker: ProcessChecker, protection: str) -> None:
    with a_file() as file:
        if not checker.run("protections", file, owner=OWNER)[0][protection]:
            pytest.skip(f"this machine does not keep the child from {protection}")


def refused(checker: ProcessChecker, task: str, **arguments: object) -> bool:
    with a_file() as file:
        said, _ = checker.run(task, file, owner=OWNER, arguments=arguments)
    return bool(said["refused"])


def test_it_reaches_no_server_of_this_machine(checker: ProcessChecker):
    needs(checker, "network")

    with socket.create_server(("127.0.0.1", 0)) as server:
        assert refused(checker, "connect", port=server.getsockname()[1])
    assert refused(checker, "send")


def test_it_reads_and_writes_no_file_by_its_name(checker: ProcessChecker, tmp_path: Path):
    needs(checker, "files")
    tmp_path.chmod(0o777)
    target = tmp_path / "sasaran"

    assert refused(checker, "read")
    assert refused(checker, "list")
    assert refused(checker, "write", path=str(target))
    assert not target.exists()


@pytest.mark.parametrize(
    "attempt",
    ["fork", "start", "become", "signal its parent", "signal everybody", "trace its parent"],
)
def test_it_starts_and_disturbs_no_process(checker: ProcessChecker, attempt: str):
    needs(checker, "processes")

    assert refused(checker, attempt)


def test_it_takes_no_more_than_it_may(checker: ProcessChecker):
    assert refused(checker, "have more memory")


def test_it_writes_into_its_output_and_nowhere_else(checker: ProcessChecker):
    with a_file(b"isi berkas") as file, a_file() as output:
        assert checker.run("scribble", file, owner=OWNER)[0] == {"written": 0}
        assert checker.run("scribble", file, owner=OWNER, output=output)[0] == {"written": 1}

        assert os.pread(file.fileno(), 100, 0) == b"isi berkas"
        assert os.pread(output.fileno(), 100, 0) == b"SCRIBBLE"


def test_it_has_no_rights_of_root_and_the_kernel_knows_its_limits(checker: ProcessChecker):
    needs(checker, "processes")
    gate, theirs = socket.socketpair()

    with gate, theirs, a_file() as file, ThreadPoolExecutor(1) as pool:
        held = pool.submit(checker.run, "hold", file, owner=OWNER, output=cast(BinaryIO, theirs))
        gate.recv(1)
        (child,) = Path(f"/proc/{checker.pid}/task/{checker.pid}/children").read_text().split()
        lines = Path(f"/proc/{child}/status").read_text().splitlines()
        gate.send(b".")
        held.result()

    status = {name: said.split() for name, _, said in (line.partition(":") for line in lines)}
    assert (status["NoNewPrivs"], status["Seccomp"]) == (["1"], ["2"])
    assert {status[kind][0] for kind in ("CapEff", "CapPrm", "CapInh")} == {"0" * 16}
    assert status["Uid"][0] != "0"
    if os.geteuid() == 0:
        assert status["Groups"] == []


def test_what_holds_on_this_machine_is_told_by_a_metric_once_a_file_came():
    PROTECTED.labels("files").set(-1)

    with a_checker({}, ODD_TASKS) as fresh, a_file() as file:
        with moved("documents_checker_protected", protection="files"):
            fresh.run("join", file, owner=OWNER)
