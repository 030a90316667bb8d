from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from services.documents import events
from services.documents.workers import sweeping
from services.documents.workers.scrubbing import scrub
from services.documents.workers.sweeping import sweep
from tests.builders.pdfs import a_pdf
from tests.documents.conftest import Desk


def objects(desk: Desk) -> list[Path]:
    return [path for path in Path(desk.machinery.store.root).rglob("*") if path.is_file()]


def swept(desk: Desk) -> None:
    with desk.service.app.app_context():
        sweep()


class Crash(BaseException):
    """The process is gone."""


class TestACrashBetweenPutAndCommit:
    @pytest.fixture
    def orphan(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
        def crash(_document: object) -> None:
            raise Crash

        monkeypatch.setattr(events, "document_stored", crash)
        with pytest.raises(Crash):
            desk.upload()
        monkeypatch.undo()
        (left,) = objects(desk)
        return left

    def test_leaves_only_an_orphan(self, desk: Desk, orphan: Path):
        assert orphan.exists()
        assert desk.get("documents").json["data"] == []
        assert desk.service.recorded() == []

    def test_leaves_the_orphan_alone_while_its_upload_may_still_run(
        self, desk: Desk, orphan: Path, clock: time_machine.Traveller
    ):
        clock.shift(sweeping.GRACE - timedelta(minutes=1))
        swept(desk)

        assert orphan.exists()

    def test_is_swept_within_a_day_and_takes_nothing_else_along(
        self, desk: Desk, orphan: Path, clock: time_machine.Traveller
    ):
        kept = desk.upload().json["id"]
        clock.shift(timedelta(hours=23))

        swept(desk)

        assert not orphan.exists()
        assert desk.get(f"documents/{kept}/content", desk.token()).data == a_pdf()

    def test_can_be_followed_by_the_same_upload_again(self, desk: Desk, orphan: Path):
        again = desk.upload()

        assert again.status_code == 201
        assert len(objects(desk)) == 2
        assert orphan.exists()


def test_the_loser_of_a_repeated_key_is_swept(desk: Desk, clock: time_machine.Traveller):
    for _ in range(3):
        desk.upload(headers={"Idempotency-Key": "sama"})
    assert len(objects(desk)) == 3
    clock.shift(timedelta(hours=2))

    swept(desk)

    assert len(objects(desk)) == 1


def test_documents_of_every_region_are_known_to_the_sweep(
    desk: Desk, clock: time_machine.Traveller
):
    for region in ("demo", "lain"):
        desk.upload(token=desk.token(region=region))
    clock.shift(timedelta(hours=2))

    swept(desk)

    assert len(objects(desk)) == 2


def test_a_store_that_looks_orphaned_as_a_whole_is_left_alone(
    desk: Desk, clock: time_machine.Traveller
):
    desk.upload()
    folder = objects(desk)[0].parent
    for number in range(150):
        (folder / f"{number:032x}").write_bytes(b"of another database")
    clock.shift(timedelta(hours=2))

    swept(desk)

    assert len(objects(desk)) == 151


def test_half_written_files_are_tidied(desk: Desk, clock: time_machine.Traveller):
    desk.upload()
    half = Path(desk.machinery.store.root) / ".incoming" / "0f.part"
    half.write_bytes(b"%PDF")
    clock.shift(timedelta(hours=2))

    swept(desk)

    assert not half.exists()


def test_grants_long_over_are_forgotten_and_their_views_stay(
    desk: Desk, clock: time_machine.Traveller
):
    document = desk.upload().json["id"]
    desk.get(desk.grant(document, desk.owner).json["url"])
    clock.shift(timedelta(days=31))

    swept(desk)

    with desk.service.app.app_context():
        connection = desk.service.runtime.db.session.connection()
        assert connection.exec_driver_sql("SELECT count(*) FROM grants").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM views").scalar() == 1


class TestTheWeeklyReading:
    def all_read(self, desk: Desk) -> int:
        rounds = 0
        with desk.service.app.app_context():
            while scrub():
                rounds += 1
        return rounds

    def corrupt(self, desk: Desk) -> set[str]:
        with desk.service.app.app_context():
            rows = desk.service.runtime.db.session.connection().exec_driver_sql(
                "SELECT name FROM documents WHERE corrupt_since IS NOT NULL"
            )
            return {row[0] for row in rows}

    def test_finds_every_flipped_bit(self, desk: Desk, clock: time_machine.Traveller):
        for number in range(30):
            desk.upload(a_pdf(str(number)), name=f"{number}.pdf")
        spoiled = objects(desk)[::3]
        for path in spoiled:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 0x10
            path.write_bytes(content)
        clock.shift(timedelta(days=8))

        self.all_read(desk)

        assert len(self.corrupt(desk)) == len(spoiled) == 10

    def test_reads_each_document_once_a_week(self, desk: Desk, clock: time_machine.Traveller):
        for _ in range(3):
            desk.upload()

        assert self.all_read(desk) == 0
        clock.shift(timedelta(days=8))
        assert self.all_read(desk) == 1
        assert self.all_read(desk) == 0

    def test_notices_that_the_right_bytes_are_back(self, desk: Desk, clock: time_machine.Traveller):
        desk.upload(name="kembali.pdf")
        (path,) = objects(desk)
        path.rename(path.with_suffix(".away"))
        clock.shift(timedelta(days=8))
        self.all_read(desk)
        assert self.corrupt(desk) == {"kembali.pdf"}
        path.with_suffix(".away").rename(path)
        clock.shift(timedelta(days=8))
        self.all_read(desk)

        assert self.corrupt(desk) == set()

    def test_goes_on_after_a_store_that_was_away(
        self, desk: Desk, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ):
        desk.upload()
        clock.shift(timedelta(days=8))
        with monkeypatch.context() as away:
            away.setattr(desk.machinery.store, "read", _raise)
            with desk.service.app.app_context(), pytest.raises(OSError, match="away"):
                scrub()

        assert self.all_read(desk) == 1
        assert self.corrupt(desk) == set()


def _raise(*_args: object) -> None:
    raise OSError("away")


def test_nothing_of_an_upload_stays_in_the_temporary_folder(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()

    desk.upload()

    assert list((tmp_path / "spool").iterdir()) == []
