"""Backup and restore: one instant of all databases, nothing half, nothing changed unseen."""

import contextlib
import errno
import io
import json
import sqlite3
import tarfile
import threading

import pytest

from ops import backup, folder, main, restore, speech


def a_database(path, rows=0):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE counted (n INTEGER)")
        database.executemany("INSERT INTO counted VALUES (?)", [(n,) for n in range(rows)])
        database.commit()


def rows_in(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM counted").fetchone()[0]


@pytest.fixture
def data(tmp_path):
    made = tmp_path / "data"
    (made / "objects" / "ab").mkdir(parents=True)
    (made / "objects" / "ab" / "cd").write_bytes(b"%PDF-1.7 paper")
    (made / "secrets.json").write_text("{}")
    (made / folder.LOCK).write_text("")
    a_database(made / "proposal.db", rows=7)
    return made


def rewritten(archive, change):
    """The same archive after `change(name, content)`, which returns new content, or None."""
    out = io.BytesIO()
    with tarfile.open(archive, "r:gz") as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    archive.write_bytes(out.getvalue())


def test_what_was_saved_comes_back(data, tmp_path):
    backup.save(data, tmp_path / "b.tar.gz")

    restore.bring_back(tmp_path / "b.tar.gz", tmp_path / "again")

    assert rows_in(tmp_path / "again" / "proposal.db") == 7
    assert (tmp_path / "again" / "objects" / "ab" / "cd").read_bytes() == b"%PDF-1.7 paper"
    assert (tmp_path / "again" / "secrets.json").read_text() == "{}"
    assert not (tmp_path / "again" / folder.LOCK).exists()


def test_what_came_back_is_for_its_owner_only(data, tmp_path):
    backup.save(data, tmp_path / "b.tar.gz")
    restore.bring_back(tmp_path / "b.tar.gz", tmp_path / "again")

    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0
    assert (tmp_path / "again" / "secrets.json").stat().st_mode & 0o077 == 0


def test_rows_still_in_the_write_ahead_log_are_saved(data, tmp_path):
    writer = sqlite3.connect(data / "proposal.db")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("INSERT INTO counted VALUES (8)")
    writer.commit()

    backup.save(data, tmp_path / "b.tar.gz")
    writer.close()
    restore.bring_back(tmp_path / "b.tar.gz", tmp_path / "again")

    assert rows_in(tmp_path / "again" / "proposal.db") == 8


def test_all_databases_are_saved_as_of_one_instant(data, tmp_path):
    """The writer adds to one database, then to the other: at no instant do they differ by two."""
    a_database(data / "identity.db", rows=7)
    stop = threading.Event()

    def write():
        with contextlib.ExitStack() as stack:
            both = [
                stack.enter_context(contextlib.closing(sqlite3.connect(data / name, timeout=20)))
                for name in ("identity.db", "proposal.db")
            ]
            while not stop.is_set():
                for connection in both:
                    connection.execute("INSERT INTO counted VALUES (1)")
                    connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(5):
            copies = tmp_path / str(turn)
            copies.mkdir()
            made = backup.copy_databases(data, copies)
            ahead = rows_in(made["identity.db"]) - rows_in(made["proposal.db"])
            assert ahead in (0, 1)
    finally:
        stop.set()
        writer.join()


def test_a_changed_file_is_found(data, tmp_path):
    backup.save(data, tmp_path / "b.tar.gz")
    rewritten(
        tmp_path / "b.tar.gz",
        lambda name, content: b"%PDF-1.7 forged" if name.startswith("objects") else content,
    )

    with pytest.raises(backup.Stop, match="objects/ab/cd"):
        restore.bring_back(tmp_path / "b.tar.gz", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_missing_file_is_found(data, tmp_path):
    backup.save(data, tmp_path / "b.tar.gz")
    rewritten(
        tmp_path / "b.tar.gz",
        lambda name, content: None if name.startswith("objects") else content,
    )

    with pytest.raises(backup.Stop, match="objects/ab/cd"):
        restore.bring_back(tmp_path / "b.tar.gz", tmp_path / "again")


def test_a_damaged_database_is_found_even_with_a_fitting_hash(data, tmp_path):
    (data / "proposal.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)
    archive = tmp_path / "b.tar.gz"
    entries = []
    with tarfile.open(archive, "w:gz") as made:
        for name, path in backup.other_files(data).items():
            entries.append(backup.add(made, name, path))
        entries.append(backup.add(made, "proposal.db", data / "proposal.db"))
        told = {"format": backup.FORMAT, "files": entries}
        backup.add_bytes(made, backup.MANIFEST, json.dumps(told).encode())

    with pytest.raises(backup.Stop, match=r"proposal\.db"):
        restore.bring_back(archive, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("name", ["../escaped", "/srv/escaped"])
def test_a_file_outside_the_folder_is_never_written(data, tmp_path, name):
    archive = tmp_path / "b.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        backup.add_bytes(made, name, b"x")

    with pytest.raises(backup.Stop):
        restore.bring_back(archive, tmp_path / "deep" / "again")
    assert not (tmp_path / "deep" / "escaped").exists()
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_link_in_an_archive_is_refused(tmp_path):
    archive = tmp_path / "b.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        link = tarfile.TarInfo("objects")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc"
        made.addfile(link)

    with pytest.raises(backup.Stop):
        restore.bring_back(archive, tmp_path / "again")


def test_a_folder_in_use_by_files_is_not_overwritten(data, tmp_path, capsys):
    backup.save(data, tmp_path / "b.tar.gz")

    code = main.main(["restore", str(tmp_path / "b.tar.gz"), "--data", str(data)])

    assert code == 2
    assert str(data) in capsys.readouterr().err
    assert rows_in(data / "proposal.db") == 7


def test_something_else_than_a_backup_is_one_line(tmp_path, capsys):
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8 not a tar")

    code = main.main(["restore", str(tmp_path / "holiday.jpg"), "--data", str(tmp_path / "again")])

    assert code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_empty_folder_is_not_saved(tmp_path, capsys):
    code = main.main(["backup", "--data", str(tmp_path), "--to", str(tmp_path / "b.tar.gz")])

    assert code == 2
    assert not (tmp_path / "b.tar.gz").exists()
    assert capsys.readouterr().err.startswith("simpul: ")


def test_a_file_that_leaves_while_the_backup_runs_does_not_stop_it(data, tmp_path, monkeypatch):
    gone = data / "mail" / ".unfinished.eml.12"
    listed = backup.other_files(data)
    monkeypatch.setattr(backup, "other_files", lambda _: {"mail/gone": gone, **listed})

    manifest = backup.save(data, tmp_path / "b.tar.gz")

    assert "mail/gone" not in [entry["path"] for entry in manifest["files"]]


def test_a_backup_that_fails_leaves_nothing_behind(data, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError("No space left on device")

    monkeypatch.setattr(backup, "add", full)

    with pytest.raises(OSError, match="No space"):
        backup.save(data, tmp_path / "b.tar.gz")
    assert [connection.name for connection in tmp_path.iterdir()] == ["data"]


def test_an_existing_file_is_not_overwritten(data, tmp_path):
    (tmp_path / "b.tar.gz").write_text("last year's")

    code = main.main(["backup", "--data", str(data), "--to", str(tmp_path / "b.tar.gz")])

    assert code == 2
    assert (tmp_path / "b.tar.gz").read_text() == "last year's"


def refused(capsys, *arguments):
    assert main.main(["backup", *map(str, arguments)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_a_backup_goes_to_the_file_that_is_named_or_into_a_folder(data, tmp_path, capsys):
    (tmp_path / "usb").mkdir()

    assert main.main(["backup", str(tmp_path / "b.tar.gz"), "--data", str(data)]) == 0
    assert main.main(["backup", str(tmp_path / "usb"), "--data", str(data)]) == 0

    assert (tmp_path / "b.tar.gz").is_file()
    [named] = (tmp_path / "usb").iterdir()
    assert named.name.startswith("simpul-2")
    assert str(named) in capsys.readouterr().out


def test_a_file_that_is_there_is_never_replaced(data, tmp_path, capsys):
    (tmp_path / "b.tar.gz").write_bytes(b"the only copy")

    line = refused(capsys, tmp_path / "b.tar.gz", "--data", data)

    assert "tidak ditimpa" in line
    assert (tmp_path / "b.tar.gz").read_bytes() == b"the only copy"


def test_a_backup_is_not_kept_inside_what_it_saves(data, capsys):
    assert "di dalam folder data" in refused(capsys, data / "b.tar.gz", "--data", data)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "ruang penyimpanan habis"),
        (OSError(errno.EACCES, "Permission denied"), "tidak diizinkan"),
    ],
)
def test_a_backup_that_has_no_room_or_no_right_says_so_and_leaves_nothing(
    data, tmp_path, capsys, monkeypatch, error, told
):
    def fails(*_given):
        raise error

    monkeypatch.setattr(backup, "fill", fails)
    before = set(tmp_path.iterdir())

    assert told in refused(capsys, tmp_path / "b.tar.gz", "--data", data)
    assert set(tmp_path.iterdir()) == before


def test_a_full_disk_that_sqlite_meets_is_called_that():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL

    assert speech.why_refused(error) in {"ruang penyimpanan habis", "no space is left"}
