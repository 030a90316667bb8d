"""An S3 server of our own: MinIO when it is installed, else rclone's from its wheel."""

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import urllib3

from ops.engines.child import Child
from ops.engines.process import EngineMissing, free_port, own_folder

BUCKET = "simpul-documents"
REGION = "us-east-1"
_SERVER_ERROR = 500


@dataclass
class S3:
    """A server on a loopback port that keeps its objects in a folder."""

    folder: Path
    access_key: str
    secret_key: str
    port: int = field(default_factory=free_port)
    prefer: str | None = None
    record: Path | None = None
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        command, env = self._command()
        log = self.folder / "s3.log"
        self.child = Child(
            command,
            log=log,
            env=env,
            cwd=self.folder,
            record=self.record,
            own_logs=self.folder / "log",
        )

    def start(self) -> None:
        own_folder(self.folder, None)
        (self.folder / "objects" / BUCKET).mkdir(parents=True, exist_ok=True)
        (self.folder / "log").mkdir(exist_ok=True)
        if not self.child.resume():
            self.child.start()
        self.child.wait_until(self._serves)

    def stop(self) -> None:
        self.child.stop()

    @property
    def url(self) -> str:
        """Return the value of STORE_URL."""
        keys = f"{quote(self.access_key, safe='')}:{quote(self.secret_key, safe='')}"
        return f"s3://{keys}@127.0.0.1:{self.port}/{BUCKET}?region={REGION}&tls=no"

    def _serves(self) -> bool:
        """MinIO listens before it can serve, and then says 503."""
        try:
            answer = urllib3.request(
                "GET", f"http://127.0.0.1:{self.port}/", timeout=2, retries=False
            )
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status < _SERVER_ERROR

    def _command(self) -> tuple[list[str], dict[str, str]]:
        address, objects = f"127.0.0.1:{self.port}", str(self.folder / "objects")
        minio = shutil.which("minio") if self.prefer in (None, "minio") else None
        if minio:
            keys = {"MINIO_ROOT_USER": self.access_key, "MINIO_ROOT_PASSWORD": self.secret_key}
            return [minio, "server", "--quiet", "--address", address, objects], keys
        rclone = shutil.which("rclone") or shutil.which("rclone", path=str(_beside_python()))
        if rclone is None or self.prefer == "minio":
            raise EngineMissing(self.prefer or "rclone", "rclone")
        keys = {"RCLONE_AUTH_KEY": f'"{self.access_key},{self.secret_key}"'}  # a list in CSV form
        command = [rclone, "serve", "s3", "--addr", address, "--config", "", *self._turning()]
        return [*command, objects], keys

    def _turning(self) -> list[str]:
        """Have rclone write its log into files of a bounded size."""
        log = self.folder / "log" / "s3.log"
        return ["--log-file", str(log), "--log-file-max-size", "10M", "--log-file-max-backups", "5"]


def _beside_python() -> Path:
    return Path(sys.executable).parent
