"""`./simpul migration <service> "words"`: the next numbered migration, from what the models say."""

import argparse
import tempfile
from pathlib import Path

from flask import Flask

from chassis.process.manifest import Manifest, load
from chassis.run import migration
from ops.migrate import chosen
from ops.speech import choose

ROOT = Path(__file__).parent.parent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", help=choose("nama layanan", "name of the service"))
    parser.add_argument(
        "words",
        help=choose("apa yang diubahnya, dalam bahasa Inggris", "what it changes, in English"),
    )


def run(options: argparse.Namespace) -> int:
    (manifest,) = chosen([options.service])
    with tempfile.TemporaryDirectory() as folder:
        path = migration.revise(scratch_app(manifest, folder), options.words)
    print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    return 0


def scratch_app(manifest: Manifest, folder: str) -> Flask:
    """Build the service on an empty database, to compare its models with its migrations."""
    settings = {
        f"DATABASE_URL_{manifest.name.upper()}": f"sqlite:///{folder}/scratch.db",
        f"CLIENT_SECRET_{manifest.name.upper()}": "scratch",
        "BUS_URL": "memory:scratch",
        "PEERS_URL": "local:scratch",
        "PUBLIC_URL": "http://localhost",
        "STORE_URL": f"file:{folder}",
        "MAIL_URL": f"file:{folder}",
        "SECRET_KEY": "scratch-secret-for-writing-a-migration",
    }
    app: Flask = load(manifest.app)(settings)
    return app
