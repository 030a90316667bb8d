"""Libraries of JavaScript, run by Node from the `node_modules` of the current folder."""

import json
from functools import partial
from pathlib import Path

from tests.documents.corpus.make import text
from tests.documents.corpus.make.running import producer, run

_NODE = {
    "pdf-lib": ("pdf-lib-plain", "pdf-lib-form", "pdf-lib-no-object-streams"),
    "pdfkit": ("pdfkit-plain", "pdfkit-1.3", "pdfkit-encrypted", "pdfkit-tagged", "pdfkit-form"),
    "jspdf": ("jspdf-plain", "jspdf-compressed", "jspdf-form", "jspdf-encrypted"),
    "pdfmake": ("pdfmake",),
    "@react-pdf/renderer": ("react-pdf",),
    "muhammara": ("muhammara",),
    "@pdfme/generator": ("pdfme-js",),
}


def _node(name: str, folder: Path) -> Path:
    script = Path(__file__).with_name("javascript.mjs")
    modules = Path.cwd() / "node_modules"
    (folder / "node_modules").symlink_to(modules)
    text.write(folder, "javascript.mjs", script.read_text())
    told = json.dumps(
        {"title": text.TITLE, "lines": text.LINES, "link": text.LINK, "rows": text.ROWS}
    )
    run("node", "javascript.mjs", name, told, folder=folder)
    return folder / "a.pdf"


def _of_node(package: str) -> str:
    found = json.loads((Path.cwd() / "node_modules" / package / "package.json").read_text())
    return str(found["version"])


for _package, _names in _NODE.items():
    _made = producer(f"{_package} (JavaScript)", partial(_of_node, _package))
    for _name in _names:
        _made.makes(_name)(partial(_node, _name))
