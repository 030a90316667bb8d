"""Make the files of the corpus: `python -m tests.documents.corpus.make [part of a name …]`.

Run by hand from the repository's root; `README.md` above says with what. A producer that is not
installed keeps the files it made when somebody had it. Each new file is drawn by poppler before
it is kept.
"""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.documents.corpus.make import (  # noqa: F401 - they register
    javascript,
    libraries,
    offices,
    pages,
    printers,
    reworking,
    signing,
)
from tests.documents.corpus.make.running import Maker, all_files

FILES = Path(__file__).parents[1] / "files"
TABLE = FILES.parent / "producers.json"
LARGEST = 120_000


def _opens(path: Path) -> str:
    """Return what is wrong with a file, or nothing when its first page can be drawn."""
    command = ["pdftoppm", "-r", "20", "-l", "1", "-png", path, path.with_suffix("")]
    drawn = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if drawn.returncode:
        return drawn.stderr.strip().rpartition("\n")[2] or "cannot be drawn"
    return "too large" if path.stat().st_size > LARGEST else ""


def _make(name: str, maker: Maker) -> str:
    """Make one file; return what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = maker(Path(folder))
            if wrong := _opens(made):
                return wrong
            (FILES / f"{name}.pdf").write_bytes(made.read_bytes())
        except Exception as error:  # noqa: BLE001 - any library's; told, and the others go on
            told = getattr(error, "stderr", b"") or b""
            return f"{type(error).__name__} {error} {told.decode(errors='replace')[-300:]}"
    return ""


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for one, _, _ in all_files():
        if one.name not in found:
            try:
                found[one.name] = one.version()
            except Exception:  # noqa: BLE001 - whatever says that it is not installed
                sys.stdout.write(f"not installed: {one.name}\n")
    return found


def main(words: list[str]) -> None:
    FILES.mkdir(exist_ok=True)
    versions = _versions()
    chosen = [
        (one.name, name, maker)
        for one, name, maker in all_files()
        if one.name in versions and (not words or any(word in name for word in words))
    ]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda each: _make(*each[1:]), chosen))
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    for (producer, name, _), wrong in zip(chosen, ended, strict=True):
        if wrong:
            sys.stdout.write(f"{name}: {wrong}\n")
        else:
            table[name] = [producer, versions[producer]]
    rows = (f" {json.dumps(name)}: {json.dumps(said)}" for name, said in sorted(table.items()))
    TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    size = sum(path.stat().st_size for path in FILES.glob("*.pdf"))
    sys.stdout.write(f"{len(table)} files, {size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
