"""The table of subcommands, and what ./simpul says when it is given none."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from ops.speech import Stop, choose, complain

# Each module has configure(parser) and run(options) -> exit code.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": (
        "menjalankan Simpul di komputer ini, dengan daerah contoh bila foldernya baru",
        "run Simpul on this machine, with a demo region when its folder is new",
    ),
    "init": (
        "menyiapkan daerah yang sebenarnya: nama, zona waktu, administrator pertama",
        "set up a real region: name, time zone, first administrator",
    ),
    "demo": (
        "menjalankan satu usulan dari awal sampai hasil lewat HTTP dan memeriksa setiap langkah",
        "take one proposal from filing to result over HTTP and check every step",
    ),
    "otp": (
        "menampilkan kode masuk (TOTP) saat ini untuk sebuah akun contoh",
        "show the current sign-in code (TOTP) of a demo account",
    ),
    "doctor": (
        "memeriksa folder data dan sistem yang sedang berjalan",
        "examine the data folder and the running system",
    ),
    "dead": (
        "menampilkan peristiwa yang gagal diproses, atau mencobanya lagi",
        "show events that could not be processed, or try them again",
    ),
    "replay": (
        "membaca ulang peristiwa dari layanan lain untuk sebuah layanan",
        "read other services' events again for one service",
    ),
    "trace": (
        "mengikuti satu usulan melalui semua layanan: permintaan, peristiwa, percobaan, waktu",
        "follow one proposal through all services: requests, events, attempts, times",
    ),
    "cluster": (
        "menjalankan bentuk terpisah: RabbitMQ, PostgreSQL, S3, nginx, satu proses per bagian",
        "run the distributed form: RabbitMQ, PostgreSQL, S3, nginx, one process per part",
    ),
    "serve": ("menjalankan satu proses web", "run one web process"),
    "work": ("menjalankan satu proses pekerja", "run one worker process"),
    "migrate": (
        "menyiapkan basis data dan antrean sebelum kode baru dijalankan",
        "prepare databases and queues before new code is started",
    ),
    "backup": ("menyimpan folder data ke satu berkas", "save the data folder in one file"),
    "restore": ("mengembalikan cadangan ke folder baru", "bring a backup back to a new folder"),
    "test": (
        "menjalankan pengujian yang harus dilalui setiap perubahan",
        "run the tests that every change must pass",
    ),
    "prove": (
        "menjalankan pengujian yang lama, sebelum sebuah rilis; dapat dilanjutkan",
        "run the long tests, before a release; goes on where it was broken off",
    ),
    "chaos": (
        "mematikan proses secara sengaja di bawah beban dan memeriksa bahwa tidak ada yang hilang",
        "end processes on purpose under load and check that nothing was lost",
    ),
    "generate": (
        "menulis ulang berkas yang dibuat dari kode: halaman docs/ dan isi deploy/",
        "write the files made from code anew: pages of docs/, files of deploy/",
    ),
    "migration": (
        "menulis migrasi berikutnya sebuah layanan dari modelnya",
        "write a service's next migration from its models",
    ),
    "lint": (
        "memeriksa gaya, tipe, dan batas antarbagian kode",
        "check style, types and the boundaries between parts",
    ),
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        help_command = f"./{self.prog} --help"
        complain(
            choose(
                f"perintah tidak dimengerti: {message}. Lihat {help_command}",
                f"the command was not understood: {message}. See {help_command}",
            )
        )
        sys.exit(2)


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(explanation())
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
    module = importlib.import_module(f"ops.{name}")
    parser = Parser(prog=f"simpul {name}", description=choose(*COMMANDS[name]))
    module.configure(parser)
    code: int = module.run(parser.parse_args(arguments))
    return code


def explanation() -> str:
    width = max(map(len, COMMANDS)) + 2
    commands = [f"  {name:<{width}}{choose(*texts)}" for name, texts in COMMANDS.items()]
    opening = choose(
        "Simpul membawa usulan layanan kepegawaian dari pengusul sampai hasil.\n"
        "Mulai dengan:  ./simpul up     lalu buka alamat yang ditampilkan.\n"
        "Atau lihat:    ./simpul demo   satu usulan dari awal sampai akhir.\n",
        "Simpul carries proposals for staff services from the applicant to the result.\n"
        "Begin with:  ./simpul up     and open the address it prints.\n"
        "Or watch:    ./simpul demo   one proposal from beginning to end.\n",
    )
    closing = choose(
        "\nPilihan tiap perintah: ./simpul <perintah> --help.  In English: LANG=en ./simpul",
        "\nOptions of a command: ./simpul <command> --help.  Dalam bahasa Indonesia: LANG=id",
    )
    return "\n".join([opening, *commands, closing])
