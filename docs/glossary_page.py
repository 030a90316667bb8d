"""Writes docs/glossary.md from docs/glossary.toml: `python -m docs.glossary_page`.

With `--check` it writes nothing and fails when the page is out of date.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
SOURCE = DOCS / "glossary.toml"
PAGE = DOCS / "glossary.md"

TITLES = {
    "people": "People and offices",
    "acting": "Kinds of holding a role",
    "role": "Roles",
    "proposal": "Proposals",
    "stage": "Stages and final states",
    "decision": "Decisions and results",
    "layanan": "Layanan",
    "document": "Documents",
    "notice": "Notices",
    "plumbing": "How facts travel",
    "later": "Words kept for what is not built yet",
    "event": "Events",
}
KEYS = ("term", "identifier", "meaning", "source", "avoid", "where")
INTRO = """# Glossary

Made from [glossary.toml](glossary.toml) by `python -m docs.glossary_page`; change the words there.

English grammar; a noun defined by Indonesian law or known by its abbreviation stays Indonesian and
whole. One term has one identifier. A word in the column *avoid* may not name a module, class,
function, table or event in the places of the column *where*; *reserved* marks what is not built in
this release, *everywhere* means the whole code.
"""


def glossary() -> dict[str, list[dict[str, Any]]]:
    with SOURCE.open("rb") as file:
        return tomllib.load(file)


def page(groups: dict[str, list[dict[str, Any]]]) -> str:
    """Render the whole page; the same words always give the same bytes."""
    return "\n".join([INTRO, *(_section(name, groups[name]) for name in TITLES)])


def _section(name: str, entries: list[dict[str, Any]]) -> str:
    rows = [f"## {TITLES[name]}", "", "| term | identifier | meaning | source | avoid | where |"]
    rows.append("|---|---|---|---|---|---|")
    return "\n".join([*rows, *(_row(entry) for entry in entries), ""])


def _row(entry: dict[str, Any]) -> str:
    cells = (
        entry["term"],
        f"`{entry['identifier']}`",
        entry["meaning"],
        entry["source"],
        ", ".join(f"`{word}`" for word in entry["avoid"]),
        ", ".join(entry["where"]),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: list[str]) -> int:
    fresh = page(glossary())
    if "--check" not in arguments:
        PAGE.write_text(fresh, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == fresh:
        return 0
    sys.stderr.write("docs/glossary.md is out of date: run python -m docs.glossary_page\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
