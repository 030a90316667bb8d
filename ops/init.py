"""`./simpul init`: a real region, its tree's top and its first administrator.

The password is nobody's but the administrator's: what is printed is a link that works once.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from chassis.config import SettingsInvalid
from chassis.embedded import Embedded, build
from chassis.kernel.errors import Refused
from chassis.manifest import load
from ops import folder
from ops.speech import Stop, choose, say, speaks_english

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
QUESTIONS = {
    "code": ("Kode daerah (huruf kecil, misalnya kota-x)", "Region code (for instance kota-x)"),
    "name": ("Nama daerah (misalnya Kota X)", "Region name (for instance Kota X)"),
    "zone": ("Zona waktu: WIB, WITA, atau WIT", "Time zone: WIB, WITA or WIT"),
    "admin_nip": ("NIP administrator pertama", "NIP of the first administrator"),
    "admin_name": ("Nama administrator pertama", "Name of the first administrator"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    for name, texts in QUESTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="…", help=choose(*texts))
    parser.add_argument(
        "--admin-email",
        metavar="…",
        help=choose(
            "surel administrator pertama, bila ada", "first administrator's e-mail, if any"
        ),
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the address of ./simpul up")
    parser.add_argument("--data", type=Path, default=folder.default_folder(), metavar="DIR")


def run(options: argparse.Namespace) -> int:
    data = options.data.resolve()
    folder.prepare(data)
    refuse_demo(data)
    facts = {name: getattr(options, name) or ask(name, texts) for name, texts in QUESTIONS.items()}
    facts["zone"] = ZONES.get(facts["zone"].upper(), facts["zone"])
    with folder.held(data):
        path = set_up(data, options.url.rstrip("/"), {**facts, "admin_email": options.admin_email})
    say(
        f"Daerah {facts['name']} siap. Jalankan ./simpul up --data {data}, lalu administrator\n"
        f"membuka tautan ini (sekali pakai): {options.url.rstrip('/')}{path}",
        f"The region {facts['name']} is ready. Run ./simpul up --data {data}; then the\n"
        f"administrator opens this link (it works once): {options.url.rstrip('/')}{path}",
    )
    return 0


def refuse_demo(data: Path) -> None:
    if (data / folder.CREDENTIALS).exists():
        raise Stop(
            f"folder {data} berisi daerah contoh; pilih folder lain dengan --data",
            f"the folder {data} holds the demo region; choose another one with --data",
        )


def ask(name: str, texts: tuple[str, str]) -> str:
    if not sys.stdin.isatty():
        option = f"--{name.replace('_', '-')}"
        raise Stop(f"{option} harus diisi", f"{option} must be given")
    answer = ""
    while not answer:
        answer = input(f"{choose(*texts)}: ").strip()
    return answer


def set_up(data: Path, url: str, facts: dict[str, Any]) -> str:
    """This function will have every service that starts a region do so; returns the link's path.

    Raises `Stop` with what is wrong; nothing of the region is kept then.
    """
    try:
        built = build(data, public_url=url, demo=False)
    except (SettingsInvalid, OSError) as error:
        raise Stop(f"tidak dapat mulai: {error}", f"cannot start: {error}") from error
    try:
        return started(built, facts)
    except Refused as refusal:
        raise told(refusal) from refusal
    finally:
        built.close()


def started(built: Embedded, facts: dict[str, Any]) -> str:
    paths = [
        load(manifest.init)(built.apps[name], **facts)
        for name, manifest in built.manifests.items()
        if manifest.init
    ]
    return str(next(path for path in paths if path))


def told(refusal: Refused) -> Stop:
    language = "en" if speaks_english() else "id"
    details = [getattr(error, language) for error in refusal.errors]
    line = " ".join(details) or refusal.detail(language)
    return Stop(line, line)
