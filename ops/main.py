"""Runs a subcommand, or says which there are when ./simpul is given none."""

import importlib
from collections.abc import Sequence

from chassis.kernel.version import VERSION
from ops.commands import COMMANDS
from ops.parsing import Parser
from ops.speech import Stop, choose, complain


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(explanation())
        return 0
    if arguments[0] in {"-V", "--version", "version"}:
        print(f"Simpul {VERSION}")
        return 0
    name, *rest = arguments
    try:
        return run(name, rest)
    except Stop as stop:
        complain(stop.line)
        return stop.code
    except KeyboardInterrupt:
        return 130


def run(name: str, arguments: Sequence[str]) -> int:
    if name not in COMMANDS:
        raise Stop(
            f"tidak ada perintah {name!r}; jalankan ./simpul untuk melihat daftarnya",
            f"there is no command {name!r}; run ./simpul to see the list",
        )
    code: int = importlib.import_module(f"ops.{name}").run(parser_of(name).parse_args(arguments))
    return code


def parser_of(name: str) -> Parser:
    parser = Parser(prog=f"simpul {name}", description=description(name))
    importlib.import_module(f"ops.{name}").configure(parser)
    return parser


def description(name: str) -> str:
    return choose(COMMANDS[name].indonesian, COMMANDS[name].english)


def explanation() -> str:
    width = max(map(len, COMMANDS)) + 2
    commands = [f"  {name:<{width}}{description(name)}" for name in COMMANDS]
    opening = choose(
        "Simpul membawa usulan layanan kepegawaian dari pengusul sampai hasil.\n"
        "Mulai dengan:  ./simpul up     lalu buka alamat yang ditampilkan.\n"
        "Atau lihat:    ./simpul demo   satu usulan dari awal sampai akhir.\n",
        "Simpul carries proposals for staff services from the applicant to the result.\n"
        "Begin with:  ./simpul up     and open the address it prints.\n"
        "Or watch:    ./simpul demo   one proposal from beginning to end.\n",
    )
    closing = choose(
        "\nPilihan tiap perintah: ./simpul <perintah> --help.  Versi: ./simpul --version.\n"
        "In English: LANG=en ./simpul",
        "\nOptions of a command: ./simpul <command> --help.  Version: ./simpul --version.\n"
        "Dalam bahasa Indonesia: LANG=id ./simpul",
    )
    return "\n".join([opening, *commands, closing])
