"""Papers are set from facts: never markup, never unreadable, never without bounds."""

import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from chassis.run import typesetting
from chassis.run.typesetting import PaperNotSet, typeset
from tests.builders.pdf_words import words_of

TEMPLATE = """
#let facts = json(bytes(sys.inputs.facts))
#set document(title: facts.name, date: datetime(year: 2026, month: 1, day: 2))
#facts.name
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "name.typ"
    path.write_text(TEMPLATE)
    return path


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("#eval(1) $x^2$ *b* _i_ ] } \\ @a <b> // c", "#eval(1) $x^2$ *b* _i_ ] } \\ @a <b> // c"),
        ("\"tanda kutip\" 'satu'", "\"tanda kutip\" 'satu'"),
        ("Ayu ᬅᬓ", "Ayu (U+1B05)(U+1B13)"),
        ("Sari 😀", "Sari (U+1F600)"),
        ("tak terlihat\x07", "tak terlihat(U+0007)"),
    ],
)
def test_a_fact_is_text_and_never_markup(template: Path, name: str, shown: str):
    assert words_of(typeset(template, {"name": name})) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("1\ufe0f\u20e3", "1(U+FE0F)(U+20E3)"),
        ("e\u20dd", "e(U+20DD)"),
        ("n\u1dc4", "n(U+1DC4)"),
        ("a\u1ab0", "a(U+1AB0)"),
        ("u\u1acf", "u(U+1ACF)"),
        ("👍🏻", "(U+1F44D)(U+1F3FB)"),
        ("a🏽", "a(U+1F3FD)"),
    ],
)
def test_a_mark_without_a_font_is_written_out_and_its_letter_stays_everywhere(
    template: Path, name: str, shown: str
):
    template.write_text(TEMPLATE + "#[ ]#facts.menu1.at(0).aune")

    words = words_of(typeset(template, {"name": f"Ayu {name}", "menu1": [{"aune": "aune 1"}]}))

    assert words.split() == ["Ayu", shown, "aune", "1"]


def test_letters_of_other_scripts_that_have_a_font_stay_what_they_are(template: Path):
    assert set("محمد") <= set(words_of(typeset(template, {"name": "محمد"})))


def test_a_long_name_without_a_blank_is_set_whole(template: Path):
    shown = words_of(typeset(template, {"name": "Wiryawan" * 62}))

    assert "".join(shown.split()) == "Wiryawan" * 62


def test_a_paper_is_made_to_be_archived(template: Path):
    with pikepdf.open(io.BytesIO(typeset(template, {"name": "Budi"}))) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert pdf.docinfo["/Title"] == "Budi"


@pytest.mark.parametrize(
    "wrong", ["#facts.nothing", "#panic()", '#image("/etc/hostname")', '#read("../secret")']
)
def test_a_wrong_template_is_an_error_with_a_reason(template: Path, wrong: str):
    template.write_text(TEMPLATE + wrong)

    with pytest.raises(PaperNotSet, match=r"name\.typ"):
        typeset(template, {"name": "Budi"})


@pytest.mark.parametrize(
    "greedy",
    ["#let a = range(100000000)", "#while true { }", "#while true { [x] }"],
)
def test_a_paper_that_takes_too_much_ends_and_its_maker_goes_on(
    template: Path, greedy: str, monkeypatch
):
    monkeypatch.setattr(typesetting, "SECONDS", 1.0)
    template.write_text(TEMPLATE + greedy)

    with pytest.raises(PaperNotSet):
        typeset(template, {"name": "Budi"})


def test_a_process_that_has_papers_set_does_not_carry_typst(template: Path):
    script = (
        "import sys; from pathlib import Path; from chassis.run.typesetting import typeset;"
        "typeset(Path(sys.argv[1]), {'name': 'Budi'}); print('typst' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-c", script, str(template)], capture_output=True, check=True, text=True
    )

    assert said.stdout == "False\n"
