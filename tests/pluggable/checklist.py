"""Reads docs/adding-a-service.md: every block with a title is a file, the shell block is run."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-service.md"
_BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def blocks(page: Path = PAGE) -> dict[str, str]:
    return dict(_BLOCK.findall(page.read_text(encoding="utf-8")))


def service_files() -> dict[str, str]:
    return {path: text for path, text in blocks().items() if path.startswith("services/")}


def commands() -> list[list[str]]:
    """The lines of the shell block, as modules of this environment instead of `./simpul`'s own."""
    lines = [shlex.split(line) for line in blocks()["shell"].splitlines()]
    assert all(line[0] == "./simpul" for line in lines)
    return [["ops", *line[1:]] for line in lines]


def write(folder: Path) -> None:
    """Write the page's files as they stand there."""
    for path, text in service_files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def write_package(folder: Path, service: Path) -> None:
    """Write a followed service as an installed package would have it, with its entry point."""
    for path in sorted(service.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            target = folder / "simpul_panel" / path.relative_to(service)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8").replace("services.panel", "simpul_panel")
            target.write_text(text, encoding="utf-8")
    manifest = folder / "simpul_panel" / "manifest.py"
    named = '    name="panel",\n'
    app = f'{named}    app="simpul_panel.app:create_app",\n'
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(named, app), encoding="utf-8")
    entry = blocks()["pyproject.toml"].splitlines()[1].replace('"', "")
    about = folder / "simpul_panel-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: simpul-panel\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[simpul.services]\n{entry}\n")
