"""What a command cannot do is said in a sentence, not in the words of the machine."""

import json

import pytest
import urllib3

from chassis.kernel.errors import Invalid
from ops import folder
from ops.journey.web import Answer, Unexpected, expect
from ops.main import main
from services.identity.domain.regions import check_region


def the_line(capsys) -> str:
    [line] = capsys.readouterr().err.splitlines()
    assert "Errno" not in line
    return line


def test_a_backup_that_is_not_there_is_said_to_be_missing(tmp_path, capsys):
    assert main(["restore", str(tmp_path / "none"), "--data", str(tmp_path / "data")]) == 2

    assert f"{tmp_path / 'none'}: tidak ada di sana" in the_line(capsys)


def test_a_place_where_no_backup_can_be_written_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(folder, "refuse_empty", lambda _data: None)
    target = tmp_path / "none" / "b.tar.gz"

    data = tmp_path / "data"

    assert main(["backup", "--data", str(data), str(target)]) == 2

    assert f"{target} gagal: tidak ada di sana" in the_line(capsys)


def test_the_demo_says_first_that_nothing_answers(tmp_path, capsys):
    assert main(["demo", "--url", "http://127.0.0.1:1", "--data", str(tmp_path)]) == 1

    assert "http://127.0.0.1:1/livez: tidak ada yang menjawab" in the_line(capsys)


def test_a_problem_is_told_by_its_sentence():
    problem = {
        "detail": "Isian belum benar.",
        "code": "invalid",
        "errors": [{"pointer": "/event_id", "code": "invalid_type", "detail": "Tidak sesuai."}],
    }
    answer = Answer(422, urllib3.HTTPHeaderDict(), json.dumps(problem).encode())

    with pytest.raises(Unexpected) as told:
        expect(200, answer)

    assert str(told.value) == (
        "status 422, bukan 200: Isian belum benar. (invalid) /event_id: Tidak sesuai."
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}"])
def test_another_answer_is_told_by_its_beginning(body):
    with pytest.raises(Unexpected, match="status 502, bukan 200"):
        expect(200, Answer(502, urllib3.HTTPHeaderDict(), body))


def test_an_unknown_zone_is_told_the_names_that_the_question_uses():
    with pytest.raises(Invalid) as refused:
        check_region(code="kota-x", name="Kota X", zone="MST")

    assert "Asia/Jayapura (WIT)" in refused.value.errors[0].id
