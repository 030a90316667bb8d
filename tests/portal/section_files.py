"""What stands in a section's files: its texts, its templates and what they point at."""

import re
from collections.abc import Iterator
from pathlib import Path

from portal.shell.joining import SHELL

# say("filing.send") in Python, _("filing.send") in a template.
_TEXT = re.compile(r"""(?:\bsay|(?<!\w)_)\(\s*["']([\w.]+)["']""")
_ADDRESS = re.compile(r"""\burl_for\(\s*["']([\w.]+)["']""")
_LINK = re.compile(r"""(?<!\w)link\(\s*["']([\w.]+)["']""")
_TEMPLATE = re.compile(
    r"""(?:{%-?\s*(?:include|import|extends|from)\s+|render_template\(\s*|\bCard\(\s*)"""
    r"""["']([^"']+)["']"""
)
_FORM = re.compile(r"<form[^>]*method=.post.*?</form>", re.DOTALL)
# A form that goes to documents carries a permit instead.
_SECRET = re.compile(r"forms\.secrets\(|csrf_token\(\)|name=.permit.")
_UNSAFE = re.compile(r"<script|<style|\sstyle=|\son\w+=|\|\s*safe\b|javascript:", re.IGNORECASE)
_JINJA = re.compile(r"{% set \w+ %}.*?{% endset %}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_SILENT = re.compile(r"<svg.*?</svg>|<!doctype[^>]*>|<[^>]*>|&\w+;", re.DOTALL)
# Names and marks that are the same in every language.
_SAME_EVERYWHERE = {"Simpul", "PDF", "NIP"}


def sources(folder: Path) -> Iterator[str]:
    for path in _files(folder, ".py", ".html"):
        yield path.read_text("utf-8")


def templates(folder: Path) -> dict[str, str]:
    """Every template by its name inside the folder."""
    root = folder / "templates"
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8") for path in _files(root, ".html")
    }


def texts_used(folder: Path) -> set[str]:
    return {key for source in sources(folder) for key in _TEXT.findall(source)}


def endpoints_named(folder: Path) -> set[str]:
    return {name for source in sources(folder) for name in _ADDRESS.findall(source)}


def links_named(folder: Path) -> set[str]:
    return {name for source in sources(folder) for name in _LINK.findall(source)}


def templates_named(folder: Path) -> set[str]:
    return {name for source in sources(folder) for name in _TEMPLATE.findall(source)}


def forms_without_secret(template: str) -> list[str]:
    return [form[:80] for form in _FORM.findall(template) if not _SECRET.search(form)]


def unsafe_parts(template: str) -> list[str]:
    return _UNSAFE.findall(template)


def words_of_its_own(template: str) -> set[str]:
    """Words that people read and that stand in no file of texts."""
    read = _SILENT.sub(" ", _JINJA.sub(" ", template))
    return set(re.findall(r"[A-Za-z]{2,}", read)) - _SAME_EVERYWHERE


def shell_templates() -> set[str]:
    return set(templates(SHELL))


def _files(folder: Path, *endings: str) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix in endings)
