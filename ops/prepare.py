"""Prepares the engines of a deployment in containers: `python -m ops.prepare files|stores`.

`files` writes what the broker and the object store read at their start, `stores` makes databases,
roles and the bucket. Both are safe to repeat, and are repeated when a service is added.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from minio import Minio

from chassis.process.config import Setting, Settings, SettingsInvalid, key, read
from chassis.process.manifest import Manifest, discover
from ops.engines.postgres import add_databases
from ops.engines.rabbit import BrokerUser, definitions
from ops.speech import complain

FILES = Path("/engine-files")


def settings(manifests: Mapping[str, Manifest]) -> Iterator[Setting]:
    """Name the settings of this step: every password, and nothing else."""
    yield Setting("OWNER_URL", secret=True, help="The server's owner, who makes databases.")
    yield Setting("STORE_URL", secret=True, help="The bucket that is made: s3://…")
    yield Setting("STORE_ACCESS_KEY", secret=True, help="Who may use our own object store.")
    yield Setting("STORE_SECRET_KEY", secret=True, help="The key that goes with it.")
    for name in manifests:
        yield Setting(f"DATABASE_PASSWORD_{key(name)}", secret=True, help="Of the service's role.")
        yield Setting(f"BROKER_PASSWORD_{key(name)}", secret=True, help="Of its broker user.")


def write_files(folder: Path, values: Settings, manifests: Mapping[str, Manifest]) -> None:
    """Write the broker's users and the object store's one identity."""
    users = {
        name: BrokerUser(str(values[f"BROKER_PASSWORD_{key(name)}"]), manifest.may_publish)
        for name, manifest in manifests.items()
    }
    _write(folder / "broker" / "definitions.json", definitions(users))
    _write(folder / "objects" / "s3.json", identities(values))


def identities(values: Settings) -> dict[str, object]:
    """Allow the documents service its bucket, and nothing else."""
    bucket = urlsplit(str(values["STORE_URL"])).path.strip("/")
    keys = {"accessKey": values["STORE_ACCESS_KEY"], "secretKey": values["STORE_SECRET_KEY"]}
    owner = {"name": "documents", "credentials": [keys], "actions": [f"Admin:{bucket}"]}
    return {"identities": [owner]}


def make_stores(values: Settings, manifests: Mapping[str, Manifest]) -> None:
    """Make each service's database and role, and the bucket."""
    passwords = {name: str(values[f"DATABASE_PASSWORD_{key(name)}"]) for name in manifests}
    add_databases(str(values["OWNER_URL"]), passwords)
    parts = urlsplit(str(values["STORE_URL"]))
    client = Minio(
        endpoint=parts.netloc.rpartition("@")[2],
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        secure="tls=no" not in parts.query,
        region="us-east-1",
    )
    bucket = parts.path.strip("/")
    if not client.bucket_exists(bucket_name=bucket):
        client.make_bucket(bucket_name=bucket)


def _write(path: Path, document: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    manifests = discover()
    try:
        values = read("ops", settings(manifests), os.environ)
    except SettingsInvalid as error:
        complain("; ".join(error.problems))
        return 2
    if arguments == ["files"]:
        write_files(FILES, values, manifests)
    else:
        make_stores(values, manifests)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
