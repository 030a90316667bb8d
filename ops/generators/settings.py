"""docs/settings.md, from the settings the parts declare."""

from collections.abc import Iterable, Mapping

from chassis.process.config import COMMON, Setting
from chassis.process.manifest import Manifest
from ops.parts import declared

INTRO = """# Settings

Made by `./simpul generate` from the code.

A setting is an environment variable. `NAME_FILE` names a file that holds the value of `NAME`, for
container secrets. All are read and checked once at the start; every problem is listed together,
and nothing starts while one is left. `<SERVICE>` stands for the service's name in capitals,
`<CLIENT>` for that of each other service and of the operator (`OPS`).

`./simpul up` fills all of them for the embedded form (`{data}` is its folder), so a first visitor
sets none. The secrets it makes are kept in the folder, readable by its owner only.
"""


def page(manifests: Mapping[str, Manifest]) -> str:
    """Render the whole page; the same declarations always give the same bytes."""
    own = {name: manifest.declared() for name, manifest in manifests.items()} | declared({})
    sections = [_section(part, settings) for part, settings in own.items() if settings]
    return "\n".join([INTRO, _section("Every service", COMMON), *sections])


def _section(title: str, settings: Iterable[Setting]) -> str:
    head = "| setting | default | `./simpul up` | secret | meaning |"
    rows = [f"## {title}", "", head, "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(setting) for setting in settings), ""])


def _row(setting: Setting) -> str:
    name = setting.name.replace("{service}", "<SERVICE>").replace("{client}", "<CLIENT>")
    default = f"`{setting.default}`" if setting.default else "empty"
    if setting.default is None:
        default = "must be given"
    embedded = f"`{setting.embedded}`" if setting.embedded else "generated" * setting.generated
    secret = "yes" if setting.secret else ""
    meaning = setting.help.replace("{client}", "the client")
    meaning = meaning.replace("|", "\\|").replace("<", "&lt;")
    return f"| `{name}` | {default} | {embedded} | {secret} | {meaning} |"
