"""docs/settings.md, from the settings the parts declare."""

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from chassis.process.config import COMMON, Setting

ROOT = Path(__file__).parents[2]
INTRO = """# Settings

Made by `./simpul generate` from the code.

A setting is an environment variable. `NAME_FILE` names a file that holds the value of `NAME`, for
container secrets. All are read and checked once at the start; every problem is listed together,
and nothing starts while one is left. `<SERVICE>` stands for the service's name in capitals.

`./simpul up` fills all of them for the embedded form, so a first visitor sets none. Secrets it
makes are kept in the data folder, readable by its owner only.
"""


def page() -> str:
    """Render the whole page; the same code always gives the same bytes."""
    services = sorted(path.parent for path in ROOT.glob("services/*/manifest.py"))
    parts = [INTRO, _section("Every service", COMMON)]
    for folder in (*services, ROOT / "gateway", ROOT / "portal"):
        own = settings_of(folder)
        if own:
            parts.append(_section(folder.name, own))
    return "\n".join(parts)


def settings_of(folder: Path) -> list[Setting]:
    """Find what a part declares, in the order of its files."""
    found: dict[str, Setting] = {}
    for path in sorted(folder.rglob("*.py")):
        if "Setting(" in path.read_text(encoding="utf-8"):
            found.update((setting.name, setting) for setting in _declared_in(path))
    return list(found.values())


def _declared_in(path: Path) -> Iterator[Setting]:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for value in vars(importlib.import_module(dotted)).values():
        for one in value if isinstance(value, tuple | list) else (value,):
            if isinstance(one, Setting) and one not in COMMON:
                yield one


def _section(title: str, settings: Iterable[Setting]) -> str:
    rows = [f"## {title}", "", "| setting | default | secret | meaning |", "|---|---|---|---|"]
    return "\n".join([*rows, *(_row(setting) for setting in settings), ""])


def _row(setting: Setting) -> str:
    name = setting.name.replace("{service}", "<SERVICE>")
    default = f"`{setting.default}`" if setting.default else "empty"
    if setting.default is None:
        default = "must be given"
    secret = "yes" if setting.secret else ""
    meaning = setting.help.replace("|", "\\|").replace("<", "&lt;")
    return f"| `{name}` | {default} | {secret} | {meaning} |"
