"""`./simpul migration <service> "words"`: the next numbered migration, from what the models say."""

import argparse
import tempfile
from pathlib import Path

from flask import Flask

from chassis.process.manifest import Manifest, discover, load, settings_of
from chassis.run import migration
from chassis.run.embedded import alone
from ops.migrate import chosen
from ops.speech import choose

ROOT = Path(__file__).parent.parent
SECRET = "of-a-database-that-is-thrown-away-at-once"  # noqa: S105 - seals nothing


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
    settings = alone(
        manifest.name, settings_of(manifest.name, discover()), Path(folder), secret=SECRET
    )
    app: Flask = load(manifest.app)(settings | {"PUBLIC_URL": "http://localhost"})
    return app
