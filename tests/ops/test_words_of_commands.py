"""Commands speak one language from the first word of their help to the last of a refusal."""

import pytest

from chassis.kernel.version import VERSION
from ops.commands import COMMANDS
from ops.main import main, parser_of

ENGLISH = {
    "usage",
    "options",
    "arguments",
    "positional",
    "error",
    "required",
    "invalid",
    "expected",
}
ENGLISH |= {"choose", "unrecognized", "argument", "default", "file", "name", "the", "and"}
WRONG = [
    (["up", "--port", "x"], "--port: 'x' bukan angka"),
    (["up", "--port"], "--port: perlu satu nilai"),
    (["up", "--porta", "1"], "tidak dikenal: --porta 1"),
    (["up", "--no-demo=1"], "--no-demo: tidak menerima nilai '1'"),
    (["init", "--admin", "1"], "--admin dapat berarti"),
    (["restore"], "belum diisi: BERKAS"),
    (["dead", "hide"], "'hide' bukan pilihan; yang ada: 'show', 'replay'"),
]


@pytest.fixture
def indonesian(monkeypatch):
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "id_ID.UTF-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_is_explained_in_the_readers_language(indonesian, name):
    parser = parser_of(name)
    words = parser.format_help().replace("{show,replay}", "")

    assert [action.dest for action in parser._actions if not action.help] == []
    assert ENGLISH & {word.strip(".,:;()[]'").lower() for word in words.split()} == set()


@pytest.mark.parametrize(("arguments", "told"), WRONG)
def test_what_is_wrong_is_said_in_the_readers_language(indonesian, capsys, arguments, told):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    [line] = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert told in line
    assert ENGLISH & {word.strip(".,:;()'").lower() for word in line.split()} == set()


def test_an_english_terminal_is_told_in_english(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with pytest.raises(SystemExit):
        main(["restore"])

    assert "the following arguments are required: FILE" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["--version", "-V", "version"])
def test_the_version_is_said(capsys, asked):
    assert main([asked]) == 0

    assert capsys.readouterr().out == f"Simpul {VERSION}\n"
