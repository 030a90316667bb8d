"""Reads docs/adding-a-section.md: every block with a title is a file."""

from pathlib import Path

from tests.pluggable.checklist import ROOT, blocks

PAGE = ROOT / "docs" / "adding-a-section.md"
FOLDER = "portal/sections/panel"
PACKAGE = "simpul_panel_portal"


def section_files() -> dict[str, str]:
    return {path: text for path, text in blocks(PAGE).items() if path.startswith(FOLDER)}


def write(folder: Path) -> None:
    """Write the page's files as they stand there."""
    for path, text in section_files().items():
        _put(folder / path, text)


def write_package(folder: Path) -> None:
    """Write the same files as an installed package would have them, with its entry point."""
    for path, text in section_files().items():
        _put(folder / path.replace(FOLDER, PACKAGE), text.replace("portal.sections.panel", PACKAGE))
    entry = blocks(PAGE)["pyproject.toml"].splitlines()[1].replace('"', "")
    about = folder / f"{PACKAGE}-1.0.dist-info"
    _put(about / "METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n")
    _put(about / "entry_points.txt", f"[simpul.sections]\n{entry}\n")


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
