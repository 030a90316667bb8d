"""Writes docs/settings.md from the settings the parts declare: `python -m docs.settings_page`.

With `--check` it writes nothing and fails when the page is out of date.
"""

import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from chassis.config import COMMON, Setting

DOCS = Path(__file__).parent
SERVICES = DOCS.parent / "services"
PAGE = DOCS / "settings.md"
MODULES = ("settings", "config", "app")  # where a part keeps its own settings, if it has any

INTRO = """# Settings

Made from the code by `python -m docs.settings_page`.

A setting is an environment variable. `NAME_FILE` names a file that holds the value of `NAME`, for
container secrets. All are read and checked once at the start; every problem is listed together,
and nothing starts while one is left. `<SERVICE>` stands for the service's name in capitals.

`./simpul up` fills all of them for the embedded form, so a first visitor sets none. Secrets it
makes are kept in the data folder, readable by its owner only.
"""


def page() -> str:
    """This function will render the whole page; the same code always gives the same bytes."""
    services = sorted(path.parent.name for path in SERVICES.glob("*/manifest.py"))
    parts = [INTRO, _section("Every service", COMMON)]
    for package in (*(f"services.{name}" for name in services), "gateway", "portal"):
        own = settings_of(package)
        if own:
            parts.append(_section(package.rpartition(".")[2], own))
    return "\n".join(parts)


def settings_of(package: str) -> Sequence[Setting]:
    """This function will return what a part declares as `SETTINGS`; nothing when it has none."""
    for name in MODULES:
        module = f"{package}.{name}"
        if find_spec(module) is not None:
            found = getattr(importlib.import_module(module), "SETTINGS", None)
            if found is not None:
                return tuple(found)
    return ()


def _section(title: str, settings: Iterable[Setting]) -> str:
    rows = [f"## {title}", "", "| setting | default | secret | meaning |", "|---|---|---|---|"]
    return "\n".join([*rows, *(_row(setting) for setting in settings), ""])


def _row(setting: Setting) -> str:
    name = setting.name.replace("{service}", "<SERVICE>")
    default = "must be given" if setting.default is None else f"`{setting.default or ' '}`"
    secret = "yes" if setting.secret else ""
    meaning = setting.help.replace("|", "\\|").replace("<", "&lt;")
    return f"| `{name}` | {default} | {secret} | {meaning} |"


def main(arguments: list[str]) -> int:
    fresh = page()
    if "--check" not in arguments:
        PAGE.write_text(fresh, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == fresh:
        return 0
    sys.stderr.write("docs/settings.md is out of date: run python -m docs.settings_page\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
