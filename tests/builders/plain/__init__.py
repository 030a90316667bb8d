"""The plain half of the corpus: every file here must be taken.

Those that programs made lie in `tests/documents/corpus/files`, each with its producer's name and
version in `producers.json` beside it; the oddities of scanners and printers are built here.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.builders.plain.documents import DOCUMENTS
from tests.builders.plain.frames import FRAMES
from tests.builders.plain.scans import SCANS

FOLDER = Path(__file__).parents[2] / "documents" / "corpus"
MADE: dict[str, Path] = {path.stem: path for path in sorted((FOLDER / "files").glob("*.pdf"))}
PRODUCERS: dict[str, tuple[str, str]] = {
    name: (producer, version)
    for name, (producer, version) in json.loads((FOLDER / "producers.json").read_text()).items()
}
KINDS: dict[str, dict[str, Callable[[], bytes]]] = {
    "made": {name: partial(path.read_bytes) for name, path in MADE.items()},
    "documents": DOCUMENTS,
    "frames": FRAMES,
    "scans": SCANS,
}
PLAIN: dict[str, Callable[[], bytes]] = {
    f"{kind}: {name}": build for kind, builders in KINDS.items() for name, build in builders.items()
}
