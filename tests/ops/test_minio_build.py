"""MinIO for `./simpul prove`: built where Go is."""

import shutil

import pytest

from ops.engines import minio

MAKES_IT = '#!/bin/sh\nsleep 0.2; echo "$2" > "$GOBIN/asked"; echo > "$GOBIN/minio"\n'
FAILS = "#!/bin/sh\nexit 1\n"
HANGS = "#!/bin/sh\nexec sleep 600\n"


@pytest.fixture
def go(tmp_path, monkeypatch):
    """A machine with a `go` of the test's making."""

    def install(script: str) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        (tools / "go").write_text(script)
        (tools / "go").chmod(0o755)
        for name in ("nice", "sh", "sleep"):
            (tools / name).symlink_to(str(shutil.which(name)))
        monkeypatch.setenv("PATH", str(tools))

    return install


def test_the_pinned_version_is_built(go, tmp_path):
    go(MAKES_IT)
    building = minio.begin(tmp_path / "bin")
    assert building is not None

    assert building.finished()
    assert (tmp_path / "bin" / "asked").read_text().strip() == minio.PACKAGE


@pytest.mark.parametrize("script", [FAILS, HANGS])
def test_a_build_that_does_not_come_to_an_end_is_ended(go, tmp_path, monkeypatch, script):
    monkeypatch.setattr(minio, "LONGEST", 1.0)
    go(script)
    building = minio.begin(tmp_path / "bin")
    assert building is not None

    assert not building.finished()
    assert building.process.poll() is not None


def test_nothing_is_built_where_go_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert minio.begin(tmp_path / "bin") is None
