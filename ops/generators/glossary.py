"""docs/glossary.md, from docs/glossary.toml and the words that a service brings of its own."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "docs" / "glossary.toml"

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

Made by `./simpul generate` from [glossary.toml](glossary.toml), and from the `glossary.toml` of a
service that brings words of its own; change the words there.

English grammar; a noun defined by Indonesian law or known by its abbreviation stays Indonesian and
whole. One term has one identifier. A word in the column *avoid* may not name a module, class,
function, table or event in the places of the column *where*; *reserved* marks what is not built in
this release, *everywhere* means the whole code.
"""


def glossary() -> dict[str, list[dict[str, Any]]]:
    """Return the entries by group: the house's, then those of each service."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path in (SOURCE, *sorted(ROOT.glob("services/*/glossary.toml"))):
        for name, entries in tomllib.loads(path.read_text("utf-8")).items():
            groups.setdefault(name, []).extend(entries)
    return groups


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
