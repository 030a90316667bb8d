"""`./simpul generate`: every file made from code, contracts or words, written anew.

It reads manifests, declared settings and JSON files only, so it needs no database and starts no
service. The same sources always give the same bytes.
"""

import argparse
from pathlib import Path

from ops.generators import events, glossary, settings
from ops.generators.compose import compose
from ops.generators.nginx import nginx
from ops.generators.values import Values, env_example
from ops.parts import installed
from ops.speech import Stop, choose

ROOT = Path(__file__).parent.parent


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help=choose(
            "tidak menulis; gagal bila ada yang usang", "write nothing; fail if any is stale"
        ),
    )


def run(options: argparse.Namespace) -> int:
    stale = stale_files(ROOT)
    if stale and options.check:
        names = ", ".join(stale)
        raise Stop(
            f"berkas usang: {names}; jalankan ./simpul generate",
            f"out of date: {names}; run ./simpul generate",
            code=1,
        )
    for name, text in stale.items():
        (ROOT / name).write_text(text, encoding="utf-8")
        print(name)
    return 0


def stale_files(root: Path) -> dict[str, str]:
    """Return what should be in each file under `root` that says something else."""
    return {name: text for name, text in files().items() if _content(root / name) != text.encode()}


def files() -> dict[str, str]:
    """Render every generated file, by its path in the repository."""
    manifests = installed()
    values = Values(manifests)
    return {
        "docs/events.md": events.page(),
        "docs/glossary.md": glossary.page(glossary.glossary()),
        "docs/settings.md": settings.page(manifests),
        "deploy/compose.yaml": compose(values),
        "deploy/env.example": env_example(values),
        "deploy/nginx.conf": nginx(values, tls=False),
        "deploy/nginx-tls.conf": nginx(values, tls=True),
    }


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
