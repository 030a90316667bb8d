"""The table of subcommands, read by ./simpul to choose an environment and by ops.main to run one.

It imports nothing of ours and parses on Python 3.8, as ./simpul does.
"""

from typing import NamedTuple

# One file of requirements/ each, the smallest first; each holds all that those before it do.
ENVIRONMENTS = ("runtime", "cluster", "dev")


class Command(NamedTuple):
    """A subcommand: the smallest environment that serves it, and what it does in two languages.

    Its module in ops/ has configure(parser) and run(options) -> exit code.
    """

    needs: str
    indonesian: str
    english: str


COMMANDS = {
    "up": Command(
        "runtime",
        "menjalankan Simpul di komputer ini, dengan daerah contoh bila foldernya baru",
        "run Simpul on this machine, with a demo region when its folder is new",
    ),
    "init": Command(
        "runtime",
        "menyiapkan daerah yang sebenarnya: nama, zona waktu, administrator pertama",
        "set up a real region: name, time zone, first administrator",
    ),
    "demo": Command(
        "runtime",
        "menjalankan satu usulan dari awal sampai hasil lewat HTTP dan memeriksa setiap langkah",
        "take one proposal from filing to result over HTTP and check every step",
    ),
    "otp": Command(
        "runtime",
        "menampilkan kode masuk (TOTP) saat ini untuk sebuah akun contoh",
        "show the current sign-in code (TOTP) of a demo account",
    ),
    "doctor": Command(
        "runtime",
        "memeriksa folder data dan sistem yang sedang berjalan",
        "examine the data folder and the running system",
    ),
    "dead": Command(
        "runtime",
        "menampilkan peristiwa yang gagal diproses, atau mencobanya lagi",
        "show events that could not be processed, or try them again",
    ),
    "replay": Command(
        "runtime",
        "membaca ulang peristiwa dari layanan lain untuk sebuah layanan",
        "read other services' events again for one service",
    ),
    "trace": Command(
        "runtime",
        "mengikuti satu usulan melalui semua layanan: permintaan, peristiwa, percobaan, waktu",
        "follow one proposal through all services: requests, events, attempts, times",
    ),
    "cluster": Command(
        "cluster",
        "menjalankan bentuk terpisah: RabbitMQ, PostgreSQL, S3, nginx, satu proses per bagian",
        "run the distributed form: RabbitMQ, PostgreSQL, S3, nginx, one process per part",
    ),
    "serve": Command(
        "cluster",
        "menjalankan satu proses web",
        "run one web process",
    ),
    "work": Command(
        "cluster",
        "menjalankan satu proses pekerja",
        "run one worker process",
    ),
    "migrate": Command(
        "cluster",
        "menyiapkan basis data dan antrean sebelum kode baru dijalankan",
        "prepare databases and queues before new code is started",
    ),
    "backup": Command(
        "runtime",
        "menyimpan folder data ke satu berkas",
        "save the data folder in one file",
    ),
    "restore": Command(
        "runtime",
        "mengembalikan cadangan ke folder baru",
        "bring a backup back to a new folder",
    ),
    "test": Command(
        "dev",
        "menjalankan pengujian yang harus dilalui setiap perubahan",
        "run the tests that every change must pass",
    ),
    "prove": Command(
        "dev",
        "menjalankan pengujian yang lama, sebelum sebuah rilis; dapat dilanjutkan",
        "run the long tests, before a release; goes on where it was broken off",
    ),
    "chaos": Command(
        "dev",
        "mematikan proses secara sengaja di bawah beban dan memeriksa bahwa tidak ada yang hilang",
        "end processes on purpose under load and check that nothing was lost",
    ),
    "bench": Command(
        "dev",
        "mengukur kecepatan dan ongkosnya terhadap batas mesin ini sendiri",
        "measure speed and cost against what this machine can do at most",
    ),
    "generate": Command(
        "dev",
        "menulis ulang berkas yang dibuat dari kode: halaman docs/ dan isi deploy/",
        "write the files made from code anew: pages of docs/, files of deploy/",
    ),
    "migration": Command(
        "dev",
        "menulis migrasi berikutnya sebuah layanan dari modelnya",
        "write a service's next migration from its models",
    ),
    "lint": Command(
        "dev",
        "memeriksa gaya, tipe, dan batas antarbagian kode",
        "check style, types and the boundaries between parts",
    ),
}
