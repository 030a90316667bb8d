"""The arguments of a command, explained and refused in the reader's language."""

import argparse
import re
import sys
from typing import Any, NoReturn

from ops.speech import choose, complain, speaks_english

# argparse's own complaints; it translates them only from catalogues installed on the machine.
_COMPLAINTS = (
    (r"the following arguments are required: (.+)", r"belum diisi: \1"),
    (r"one of the arguments (.+) is required", r"salah satu harus ada: \1"),
    (r"unrecognized arguments: (.+)", r"tidak dikenal: \1"),
    (r"ambiguous option: (\S+) could match (.+)", r"\1 dapat berarti \2"),
    (r"expected one argument", "perlu satu nilai"),
    (r"expected at most one argument", "paling banyak satu nilai"),
    (r"expected at least one argument", "perlu satu nilai atau lebih"),
    (r"expected (\d+) arguments?", r"perlu \1 nilai"),
    (r"not allowed with argument (.+)", r"tidak dapat bersama \1"),
    (r"ignored explicit argument (.+)", r"tidak menerima nilai \1"),
    (r"invalid choice: (.+) \(choose from (.+)\)", r"\1 bukan pilihan; yang ada: \2"),
    (r"invalid \w+ value: (.+)", r"\1 bukan angka"),
)
_ABOUT = re.compile(r"argument ([^:]+): (.+)", re.DOTALL)


class Help(argparse.HelpFormatter):
    """Help whose first word is in the reader's language."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or choose("pemakaian: ", "usage: "))


class Parser(argparse.ArgumentParser):
    """An argument parser in the reader's language, whose complaint is one line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(formatter_class=Help, add_help=False, **given)
        self._positionals.title = choose("masukan", "arguments")
        self._optionals.title = choose("pilihan", "options")
        shown = choose("menampilkan bantuan ini", "show this help")
        self.add_argument("-h", "--help", action="help", help=shown)

    def error(self, message: str) -> NoReturn:
        help_command = f"./{self.prog} --help"
        complain(
            choose(
                f"perintah tidak dimengerti: {in_words(message)}. Lihat {help_command}",
                f"the command was not understood: {in_words(message)}. See {help_command}",
            )
        )
        sys.exit(2)


def in_words(complaint: str) -> str:
    """Return a complaint of argparse in the reader's language."""
    if speaks_english():
        return complaint
    if about := _ABOUT.fullmatch(complaint):
        return f"{about[1]}: {in_words(about[2])}"
    for english, indonesian in _COMPLAINTS:
        if met := re.fullmatch(english, complaint, re.DOTALL):
            return met.expand(indonesian)
    return complaint
