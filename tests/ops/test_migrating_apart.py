"""A supervisor migrates in another process, and says why that was stopped."""

from pathlib import Path

import pytest

from ops.cluster.migrating import Work, migrate_apart
from ops.speech import Stop
from tests.builders.service import settings_for


def work_of(folder: Path, **other: str) -> Work:
    return Work("notification", settings_for("notification", folder, **other), None)


def test_what_it_names_is_migrated(tmp_path):
    migrate_apart([work_of(tmp_path)])

    assert (tmp_path / "notification.db").stat().st_size > 0


def test_why_it_was_stopped_is_said_in_one_line(tmp_path):
    with pytest.raises(Stop) as stopped:
        migrate_apart([work_of(tmp_path, MAIL_URL="pigeon:")])

    assert "MAIL_URL" in stopped.value.line
    assert "\n" not in stopped.value.line


def test_a_fault_stops_it_too(tmp_path, capfd):
    with pytest.raises(Stop, match=r"lihat di atas|see above"):
        migrate_apart([Work("nobody", {}, None)])

    assert "KeyError" in capfd.readouterr().err
