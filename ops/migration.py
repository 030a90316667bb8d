"""`./simpul migration <service> "words"`: the next numbered migration, from what the models say."""

import argparse
import tempfile
from pathlib import Path

from flask import Flask

from chassis.process.data_folder import alone
from chassis.process.manifest import Manifest, discover, load, settings_of
from chassis.run import migration
from ops.migrate import chosen
from ops.speech import Stop, choose

ROOT = Path(__file__).parent.parent
SECRET = "of-a-database-that-is-thrown-away-at-once"  # noqa: S105 - seals nothing


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "service",
        metavar=choose("layanan", "service"),
        help=choose("nama layanan", "name of the service"),
    )
    parser.add_argument(
        "words",
        metavar=choose("kata-kata", "words"),
        help=choose("apa yang diubahnya, dalam bahasa Inggris", "what it changes, in English"),
    )


def run(options: argparse.Namespace) -> int:
    (manifest,) = chosen([options.service])
    with tempfile.TemporaryDirectory() as folder:
        app = scratch_app(manifest, folder)
        try:
            path = migration.revise(app, options.words)
        except ValueError as error:
            raise Stop(
                f"{options.words!r} tidak menyebut apa yang diubah; tulis beberapa kata Inggris",
                f"{options.words!r} does not say what it changes; write a few English words",
            ) from error
        except migration.NothingChanged as error:
            raise Stop(
                f"tidak ada yang berubah: model {manifest.name} sama dengan migrasinya",
                f"nothing has changed: the models of {manifest.name} say what its migrations say",
            ) from error
    print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    return 0


def scratch_app(manifest: Manifest, folder: str) -> Flask:
    """Build the service on an empty database, to compare its models with its migrations."""
    settings = alone(
        manifest.name, settings_of(manifest.name, discover()), Path(folder), secret=SECRET
    )
    app: Flask = load(manifest.app)(settings | {"PUBLIC_URL": "http://localhost"})
    return app
