"""Two files of texts that are not one text in two languages stop the start."""

from pathlib import Path

import pytest

from chassis.process.texts import Texts, TextsInvalid, of_service, read


def written(folder: Path, indonesian: str, english: str) -> Path:
    (folder / "texts").mkdir()
    (folder / "texts" / "id.toml").write_text(indonesian, "utf-8")
    (folder / "texts" / "en.toml").write_text(english, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("indonesian", "english"),
    [
        ('a = "x"', ""),
        ("", 'a = "x"'),
        ('a = "x"', 'a = " "'),
        ('a = "{n} buah"', 'a = "some"'),
        ('a = "x"', "a = 3"),
        ('a = "x"', '[a]\nb = "x"'),
    ],
)
def test_a_text_that_is_not_whole_in_both_languages_is_named(
    tmp_path: Path, indonesian: str, english: str
):
    folder = written(tmp_path, indonesian, english)

    with pytest.raises(TextsInvalid, match=r"files: .*: a"):
        read("files", folder)


def test_a_file_that_is_missing_or_none_is_named(tmp_path: Path):
    folder = written(tmp_path, 'a = "x"', "a = ")
    with pytest.raises(TextsInvalid, match=r"files: en.toml cannot be read"):
        read("files", folder)

    (folder / "texts" / "en.toml").unlink()
    with pytest.raises(TextsInvalid, match=r"files: en.toml cannot be read"):
        read("files", folder)


def test_who_has_nothing_to_say_needs_no_files(tmp_path: Path):
    assert of_service("files", tmp_path) == Texts()


WHOLE = """
[frame]
greeting = "Yth."
closing = "{sender}"
[sensitive]
subject = "Kabar"
body = "{number}"
[notices.moved]
subject = "Pindah"
body = "Berkas pindah."
[notices.lost]
subject = "Hilang"
body = "Berkas hilang."
[notices.lost.sensitive]
subject = "Berkas"
body = "Hilang."
[labels.stage]
draft = "Draf"
"""


def test_a_notice_is_told_in_its_frame_and_sensitively_in_its_own_words_or_the_general(
    tmp_path: Path,
):
    texts = of_service("files", written(tmp_path, WHOLE, WHOLE))

    moved, lost = texts.template("moved"), texts.template("lost")
    assert moved["en"] == {"subject": "Pindah", "body": "Yth.\n\nBerkas pindah.\n\n{sender}"}
    assert moved["sensitive"]["id"]["body"] == "Yth.\n\n{number}\n\n{sender}"
    assert lost["sensitive"]["id"]["body"] == "Yth.\n\nHilang.\n\n{sender}"
    assert texts.label("stage", "draft", "id") == "Draf"


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('[notes]\na = "x"', "there is no table notes"),
        ('[notices.moved]\nsubject = "x"', "subject is not body and subject"),
        ('[frame]\ngreeting = "x"', "greeting is not closing and greeting"),
    ],
)
def test_what_is_in_no_table_or_no_letter_is_told(tmp_path: Path, table: str, fault: str):
    with pytest.raises(TextsInvalid, match=f"files: {fault}"):
        of_service("files", written(tmp_path, table, table))
