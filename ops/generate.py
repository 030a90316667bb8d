"""`./simpul generate`: every file made from code, contracts or words, written anew.

It reads manifests, declared settings and events, and JSON files only, so it needs no database and
starts no service. The same sources always give the same bytes.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from chassis.process.manifest import discover
from ops.generators import asvs, events, glossary, metrics, settings
from ops.generators.compose import compose
from ops.generators.contracts import contracts
from ops.generators.nginx import nginx
from ops.generators.prometheus import prometheus
from ops.generators.texts import texts
from ops.generators.values import Values, env_example
from ops.installed import installed
from ops.speech import Stop, choose

ROOT = REPOSITORY = Path(__file__).parent.parent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help=choose(
            "tidak menulis; gagal bila ada yang usang", "write nothing; fail if any is stale"
        ),
    )


def run(options: argparse.Namespace) -> int:
    if options.check:
        check(ROOT)
        return 0
    # The pages tell of contracts and texts, which must be there before.
    for make in (service_files, files):
        for name, text in stale_files(ROOT, make).items():
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(text, encoding="utf-8")
            print(name)
    return 0


def check(root: Path) -> None:
    """Stop if a file says something else than what it is made from."""
    if names := ", ".join(stale_files(root)):
        raise Stop(
            f"berkas usang: {names}; jalankan ./simpul generate",
            f"out of date: {names}; run ./simpul generate",
            code=1,
        )


Make = Callable[[], dict[str, str]]


def stale_files(root: Path, make: Make | None = None) -> dict[str, str]:
    """Return what should be in each file under `root` that says something else."""
    made = (make or files)()
    return {name: text for name, text in made.items() if _content(root / name) != text.encode()}


def service_files() -> dict[str, str]:
    """Render what services' own folders lack: contracts of events, texts of notices."""
    manifests = discover()
    return contracts(manifests, REPOSITORY) | texts(manifests, REPOSITORY)


def files() -> dict[str, str]:
    """Render every generated file, by its path in the repository."""
    manifests = installed()
    values = Values(manifests)
    return {
        **service_files(),
        "docs/asvs.md": asvs.page(asvs.requirements()),
        "docs/events.md": events.page(),
        "docs/glossary.md": glossary.page(glossary.glossary()),
        "docs/metrics.md": metrics.page(manifests),
        "docs/settings.md": settings.page(manifests),
        "deploy/compose.yaml": compose(values),
        "deploy/env.example": env_example(values),
        "deploy/nginx.conf": nginx(values, tls=False),
        "deploy/nginx-tls.conf": nginx(values, tls=True),
        "deploy/prometheus.yaml": prometheus(values),
    }


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
