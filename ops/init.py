"""`./simpul init`: a real region, its tree's top and its first administrator.

The administrator chooses the password: what is printed is a link that works once.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError

from chassis.kernel.errors import Refused
from chassis.process.manifest import discover, load
from chassis.run.embedded import build
from ops import addresses, environments, first_link, folder
from ops.migrate import close
from ops.parts import building, declared
from ops.speech import Stop, at_least, choose, say, speaks_english

USUAL_PORT = 8080
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
    parser.add_argument(
        "--url",
        metavar="URL",
        help=choose(
            "alamat yang akan dibuka orang (bawaan: http://127.0.0.1 dan port itu)",
            "the address people will open (default: http://127.0.0.1 and that port)",
        ),
    )
    parser.add_argument(
        "--port",
        metavar="N",
        type=at_least(1),
        default=USUAL_PORT,
        help=choose(
            "port untuk ./simpul up (bawaan: %(default)s)",
            "the port for ./simpul up (default: %(default)s)",
        ),
    )
    folder.add_option(parser)
    parser.add_argument(
        "--from-environment",
        action="store_true",
        help=choose(
            "dalam instalasi yang pengaturannya ada di lingkungan (kontainer, systemd)",
            "in an installation whose settings are in the environment (containers, systemd)",
        ),
    )


def run(options: argparse.Namespace) -> int:
    data = options.data.resolve()
    if not options.from_environment:
        folder.prepare(data)
        refuse_demo(data)
        if is_cluster(data):
            environments.ensure("cluster", holding="psycopg")
    facts = {name: getattr(options, name) or ask(name, texts) for name, texts in QUESTIONS.items()}
    facts["zone"] = ZONES.get(facts["zone"].upper(), facts["zone"])
    facts["admin_email"] = options.admin_email
    make = environment if options.from_environment else cluster if is_cluster(data) else embedded
    make(options, data, facts)
    return 0


def environment(_options: argparse.Namespace, _data: Path, facts: dict[str, Any]) -> None:
    path = in_services(lambda _name: os.environ, facts)
    report_ready(facts, os.environ["PUBLIC_URL"].rstrip("/"), path)


def is_cluster(data: Path) -> bool:
    return (data / folder.PLAN).exists()


def cluster(_options: argparse.Namespace, data: Path, facts: dict[str, Any]) -> None:
    """Services may run meanwhile: workers publish the events of the new region."""
    from ops.cluster import plan  # needs the PostgreSQL driver
    from ops.cluster.supervisor import Supervisor

    cluster_plan = plan.load(data, None)
    path = in_services(Supervisor(cluster_plan, demo=False).settings_of, facts)
    report_ready(facts, cluster_plan.public_url, path)


def embedded(options: argparse.Namespace, data: Path, facts: dict[str, Any]) -> None:
    url = addresses.public_url("127.0.0.1", options.port, options.url)
    with folder.held(data):
        path = set_up(data, url, facts)
        first_link.keep(data, url, path)
    report_ready(facts, url, path, first=starting(data, url, options.port))


def starting(data: Path, url: str, port: int) -> str:
    """Return the command that answers at the address of the link."""
    command = f"./simpul up --data {shlex.quote(str(data))}"
    if port != USUAL_PORT:
        command += f" --port {port}"
    if url != addresses.address_of("127.0.0.1", port):
        command += f" --public-url {shlex.quote(url)}"
    return command


def report_ready(facts: Mapping[str, Any], url: str, path: str, *, first: str = "") -> None:
    if first:
        say(
            f"Daerah {facts['name']} siap. Jalankan {first}.",
            f"The region {facts['name']} is ready. Run {first}.",
        )
    else:
        say(f"Daerah {facts['name']} siap.", f"The region {facts['name']} is ready.")
    say(
        f"Administrator membuka tautan ini (sekali pakai):\n{url}{path}",
        f"The administrator opens this link (it works once):\n{url}{path}",
    )


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
    """Have every service that starts a region do so; return the link's path.

    Raises `Stop` with what is wrong; nothing of the region is kept then.
    """
    try:
        with building():
            built = build(data, public_url=url, demo=False, fronts=declared({}))
    except OSError as error:
        raise Stop(f"tidak dapat mulai: {error}", f"cannot start: {error}") from error
    try:
        return started(built.apps, facts)
    finally:
        built.close()


def in_services(settings: Callable[[str], Mapping[str, str]], facts: dict[str, Any]) -> str:
    """Do the same for services that run, each with its settings."""
    manifests = [manifest for manifest in discover().values() if manifest.init]
    with building():
        apps = {
            manifest.name: load(manifest.app)(settings(manifest.name)) for manifest in manifests
        }
    try:
        return started(apps, facts)
    except OperationalError as error:
        raise Stop(
            "basis data tidak menjawab; jalankan kluster dahulu",
            "the database does not answer; start the cluster first",
        ) from error
    finally:
        for app in apps.values():
            close(app)


def started(apps: Mapping[str, Flask], facts: dict[str, Any]) -> str:
    try:
        paths = [
            load(manifest.init)(apps[name], **facts)
            for name, manifest in discover().items()
            if manifest.init
        ]
    except Refused as refusal:
        raise stop_for(refusal) from refusal
    return str(next(path for path in paths if path))


def stop_for(refusal: Refused) -> Stop:
    language = "en" if speaks_english() else "id"
    details = [getattr(error, language) for error in refusal.errors]
    line = " ".join(details) or refusal.detail(language)
    return Stop(line, line)
