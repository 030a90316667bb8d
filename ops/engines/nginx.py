"""nginx with its files in one folder, as the edge of the distributed form."""

import contextlib
import gzip
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.nginx import Listening, render
from gateway.routes import RouteTable
from ops.engines.child import Child, surroundings
from ops.engines.process import EngineFailed, answers, find, own_folder, unprivileged

PACKAGES = ("nginx-light",)
_COMPRESSED = (".css", ".js", ".svg")


@dataclass
class Nginx:
    """The edge. `reload` changes the upstreams without refusing a request."""

    listening: Listening
    routes: RouteTable
    static: Path
    record: Path | None = None
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        self.listening = replace(self.listening, logs=self.listening.folder)
        self._user = unprivileged("www-data")
        self._program = find("nginx", *PACKAGES)
        self._conf = self.listening.folder / "nginx.conf"
        self.child = Child(
            [self._program, "-p", str(self.listening.folder), "-c", str(self._conf)],
            log=self.listening.folder / "nginx.log",
            user=self._user,
            cwd=self.listening.folder,
            stop_signal=signal.SIGQUIT,  # finish the requests in hand
            record=self.record,
            hides_mark=True,
        )

    @property
    def port(self) -> int:
        return self.listening.port

    def start(self, upstreams: Mapping[str, Sequence[int]]) -> None:
        own_folder(self.listening.folder, self._user)
        self._copy_static()
        self._write(upstreams)
        if self.child.resume():
            self.child.signal(signal.SIGHUP)
        else:
            self.child.start()
        self.child.wait_until(lambda: answers(self.listening.port))

    def reload(self, upstreams: Mapping[str, Sequence[int]]) -> None:
        """Serve with other upstreams from now on, or from the next start where it is dead.

        Raises `EngineFailed` for a configuration that is refused, and changes nothing.
        """
        self._write(upstreams)
        with contextlib.suppress(EngineFailed):
            self.child.signal(signal.SIGHUP)

    def stop(self) -> None:
        self.child.stop()

    def _write(self, upstreams: Mapping[str, Sequence[int]]) -> None:
        draft = self._conf.with_suffix(".new")
        addresses = {
            owner: [f"127.0.0.1:{port}" for port in ports] for owner, ports in upstreams.items()
        }
        draft.write_text(render(self.routes, addresses, self.listening), encoding="utf-8")
        draft.chmod(0o644)
        checked = subprocess.run(
            [self._program, "-t", "-q", "-p", str(self.listening.folder), "-c", str(draft)],
            check=False,
            capture_output=True,
            text=True,
            user=self._user,
            env=surroundings(),
        )
        if checked.returncode:
            raise EngineFailed(f"nginx refuses its configuration: {checked.stderr.strip()}")
        draft.replace(self._conf)

    def _copy_static(self) -> None:
        """Copy the files into the folder: nginx may run as a user who cannot read the checkout."""
        target = self.listening.folder / "static"
        # Over what is there: a server that goes on serves these files meanwhile.
        shutil.copytree(self.static, target, dirs_exist_ok=True)
        for path in [path for path in target.rglob("*") if path.suffix in _COMPRESSED]:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9))
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
