"""What an operator does beside `up`: doctor, dead list, replay, backup, a real region."""

import shutil

from ops import folder
from ops.journey.web import Web
from tests.ops.systems import ON_A_RUNNING_SYSTEM, run_ops, running, submitted, the_one_line

pytestmark = ON_A_RUNNING_SYSTEM


def test_the_doctor_finds_a_running_system_well(up):
    ended = run_ops("doctor", "--data", up.data)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert up.url in ended.stdout
    assert "✓ proposal.db" in ended.stdout


def test_the_doctor_finds_what_others_can_read(ended, tmp_path):
    data = shutil.copytree(ended.data, tmp_path / "data")
    (data / "secrets.json").chmod(0o644)

    found = run_ops("doctor", "--data", data)

    assert found.returncode == 1
    assert f"✗ {data / 'secrets.json'}" in found.stdout


def test_the_dead_list_of_a_healthy_system_is_empty(up):
    ended = run_ops("dead", "--data", up.data)

    assert (ended.returncode, ended.stdout) == (0, "0 events wait for a decision.\n"), ended.stderr


def test_replay_finds_nothing_missing_in_a_healthy_system(up):
    ended = run_ops("replay", "--from-beginning", "--data", up.data)

    assert ended.returncode == 0, ended.stderr
    assert "proposal: 0 new events." in ended.stdout


def test_operators_commands_need_a_running_system(tmp_path):
    assert "./simpul up" in the_one_line(run_ops("dead", "--data", tmp_path))


def test_the_code_shown_signs_an_officer_in(up):
    ended = run_ops("otp", "bkpsdm_head", "--data", up.data)

    assert ended.returncode == 0
    assert ended.stdout.strip().isdecimal()
    assert len(ended.stdout.strip()) == 6


def test_a_real_region_begins_with_one_link(tmp_path):
    ended = run_ops(
        *("init", "--data", tmp_path / "data", "--code", "kota-uji", "--name", "Kota Uji"),
        *("--zone", "WITA", "--admin-nip", "199001012015011901", "--admin-name", "Admin Uji"),
        *("--url", "http://127.0.0.1:1"),
    )
    assert ended.returncode == 0, ended.stderr
    link = next(word for word in ended.stdout.split() if word.startswith("http://127.0.0.1:1/"))

    with running(tmp_path / "data") as up:
        page = Web(up.url).call("GET", link.removeprefix("http://127.0.0.1:1"))
        assert not (up.data / folder.CREDENTIALS).exists()
    assert page.status in (200, 302, 303)


def test_a_wrong_region_is_refused_in_one_line_and_leaves_nothing(tmp_path):
    ended = run_ops(
        *("init", "--data", tmp_path / "data", "--code", "kota-uji", "--name", "Kota Uji"),
        *("--zone", "Mars/Olympus", "--admin-nip", "123", "--admin-name", "Admin Uji"),
    )

    assert "Asia/Jakarta (WIB)" in the_one_line(ended)


def test_a_region_is_not_started_beside_the_demo(up):
    line = the_one_line(run_ops("init", "--data", up.data, "--code", "kota-uji"))

    assert "--data" in line


def test_saved_while_it_runs_and_brought_back_it_serves_the_same(up, tmp_path):
    case = submitted(up.case())

    saved = run_ops("backup", "--data", up.data, "--to", tmp_path / "b.tar.gz")
    brought_back = run_ops("restore", tmp_path / "b.tar.gz", "--data", tmp_path / "again")

    assert (saved.returncode, brought_back.returncode) == (0, 0)
    with running(tmp_path / "again") as other:
        again = other.case()
        again.proposal_id = case.proposal_id
        assert again.refresh()["number"] == case.proposal["number"]


def test_a_running_folder_is_not_restored_into(up, tmp_path):
    (tmp_path / "b.tar.gz").write_bytes(b"")

    line = the_one_line(run_ops("restore", tmp_path / "b.tar.gz", "--data", up.data))

    assert up.url in line
