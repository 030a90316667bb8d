"""MinIO on a build machine: built where that is possible, missed by nobody where it is not."""

import os
import shutil
from pathlib import Path

import pytest

from ops import test
from ops.engines import minio

MAKES_IT = '#!/bin/sh\nsleep 0.2; echo "$2" > "$GOBIN/asked"; echo > "$GOBIN/minio"\n'
FAILS = "#!/bin/sh\nexit 1\n"
HANGS = "#!/bin/sh\nexec sleep 600\n"


@pytest.fixture
def go(tmp_path, monkeypatch):
    """A machine with a `go` of the test's making and without MinIO."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("LANG", "en")

    def install(script: str) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        (tools / "go").write_text(script)
        (tools / "go").chmod(0o755)
        for name in ("nice", "sh", "sleep"):
            (tools / name).symlink_to(str(shutil.which(name)))
        monkeypatch.setenv("PATH", str(tools))

    return install


def test_the_pinned_version_is_built_and_tested_alone(go, tmp_path, monkeypatch):
    go(MAKES_IT)
    building = minio.begin(tmp_path / "bin")
    assert building is not None
    ran: list[tuple[list[str], str]] = []
    monkeypatch.setattr(test, "pytest", lambda _report, words, path: ran.append((words, path)) or 5)
    code, remark = test.on_minio(building, tmp_path / "report.xml")

    assert (code, remark) == (5, "MinIO was tested")
    assert (tmp_path / "bin" / "asked").read_text().strip() == minio.PACKAGE
    assert ran[0][0] == ["-k", "minio", test.ON_S3]
    assert ran[0][1].startswith(str(tmp_path / "bin") + os.pathsep)


@pytest.mark.parametrize("script", [FAILS, HANGS])
def test_a_build_that_does_not_come_to_an_end_fails_nothing_and_is_said(
    go, tmp_path, monkeypatch, script
):
    monkeypatch.setattr(minio, "LONGEST", 1.0)
    go(script)
    building = minio.begin(tmp_path / "bin")
    assert building is not None

    assert test.on_minio(building, tmp_path / "report.xml") == (
        0,
        "MinIO was not tested: not built",
    )
    assert building.process.poll() is not None


def test_nothing_is_built_on_a_persons_machine_or_where_it_is_there(go, tmp_path, monkeypatch):
    go(MAKES_IT)
    shutil.copy(tmp_path / "tools" / "go", tmp_path / "tools" / "minio")
    assert minio.begin(tmp_path / "bin") is None
    assert test.on_minio(None, tmp_path / "report.xml") == (0, "MinIO was tested")
    (tmp_path / "tools" / "minio").unlink()
    monkeypatch.delenv("CI")

    assert minio.begin(tmp_path / "bin") is None
    assert test.on_minio(None, tmp_path / "report.xml") == (0, "MinIO was not tested")


def test_the_suite_named_for_it_is_there():
    assert (Path(test.ROOT) / test.ON_S3).exists()
