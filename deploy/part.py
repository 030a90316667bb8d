"""Copies what the image of one part holds: `python deploy/part.py proposal /image`.

That is the plumbing, the people kit for a service, the part's own code, and of every other service
only what is public: its manifest (with what the manifest itself imports), its contracts and its
texts.
"""

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FRONTS = ("gateway", "portal")
_IMPORTED = ("services.", "staff.")
OPERATOR = "ops"
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def services() -> list[str]:
    return sorted(path.parent.name for path in ROOT.glob("services/*/manifest.py"))


def known() -> list[str]:
    return [*services(), *FRONTS, OPERATOR]


def copy(part: str, target: Path) -> None:
    """Fill `target` with the part's code; raise `SystemExit` if unknown."""
    if part not in known():
        raise SystemExit(f"there is no part {part!r}; there are: {', '.join(known())}")
    own = [part] if part in FRONTS else ["staff"] if part in services() else []
    for folder in ("chassis", "ops", *own):
        shutil.copytree(ROOT / folder, target / folder, ignore=_LEFT_OUT)
    for name in services():
        if name == part:
            shutil.copytree(_folder(name), target / "services" / name, ignore=_LEFT_OUT)
        else:
            _copy_public(name, target)


def _copy_public(name: str, target: Path) -> None:
    for public in ("contracts", "texts"):
        folder = _folder(name) / public
        if folder.is_dir():  # a service that publishes nothing has no contracts, one may be silent
            shutil.copytree(folder, target / "services" / name / public, ignore=_LEFT_OUT)
    for path in sorted(_reached(_folder(name) / "manifest.py", set())):
        copied = target / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)


def _reached(path: Path, seen: set[Path]) -> set[Path]:
    """Return a module, what it imports of services and of `staff`, and their packages."""
    if path in seen:
        return seen
    seen.add(path)
    for folder in path.parents:
        if folder in (ROOT, ROOT / "services"):
            break
        if (folder / "__init__.py").is_file():
            _reached(folder / "__init__.py", seen)
    for imported in _imports(path):
        _reached(imported, seen)
    return seen


def _imports(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_IMPORTED):
            yield from _modules(str(node.module), [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(_IMPORTED):
                    yield from _modules(alias.name, [])


def _modules(dotted: str, names: list[str]) -> Iterator[Path]:
    for candidate in (dotted, *(f"{dotted}.{name}" for name in names)):
        place = ROOT.joinpath(*candidate.split("."))
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                yield path


def _folder(name: str) -> Path:
    return ROOT / "services" / name


if __name__ == "__main__":
    copy(sys.argv[1], Path(sys.argv[2]))
