"""`python -m ops.deployment`; with `--check` it writes nothing and fails when a file is stale."""

import sys
from pathlib import Path

from chassis.process.manifest import discover
from gateway.nginx import Listening, render
from gateway.routes import table
from ops.deployment.compose import compose
from ops.deployment.values import FRONTS, INTERNAL_PORT, PORT, ROOT, Values, env_example

DEPLOY = ROOT / "deploy"
_CERTIFICATES = Path("/etc/simpul/certificates")


def files() -> dict[str, str]:
    """Write every generated file by its name; the same code, the same bytes."""
    values = Values(discover())
    return {
        "compose.yaml": compose(values),
        "env.example": env_example(values),
        "nginx.conf": nginx(values, tls=False),
        "nginx-tls.conf": nginx(values, tls=True),
    }


def nginx(values: Values, *, tls: bool) -> str:
    """Write the edge's configuration for the network of compose.yaml."""
    listening = Listening(
        folder=Path("/tmp"),  # noqa: S108 - the only place a container may write
        port=PORT,
        internal_port=INTERNAL_PORT,
        host="0.0.0.0",
        internal_host="0.0.0.0",
        certificate=_CERTIFICATES / "full.pem" if tls else None,
        key=_CERTIFICATES / "key.pem" if tls else None,
        static=Path("/simpul/static"),
        resolver="127.0.0.11",
    )
    upstreams = {name: [f"{name}:{PORT}"] for name in (*values.manifests, *FRONTS)}
    return render(table(values.manifests), upstreams, listening)


def main(arguments: list[str]) -> int:
    made = files()
    stale = [n for n, text in made.items() if not _is(DEPLOY / n, text)]
    if "--check" in arguments:
        if stale:
            names = ", ".join(f"deploy/{name}" for name in stale)
            sys.stderr.write(f"out of date: {names}; run python -m ops.deployment\n")
        return 1 if stale else 0
    for name in stale:
        (DEPLOY / name).write_text(made[name], encoding="utf-8")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
