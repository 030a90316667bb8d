"""What people read, kept apart from the code: `texts/id.toml` and `texts/en.toml` of one folder.

Both files of a pair hold the same keys and the same placeholders. A section of the portal has its
sentences side by side; a service has them in tables:

- `[notices.<name>]`: `subject` and `body`; the same below `[notices.<name>.sensitive]`, or for
  all its notices at once in `[sensitive]`;
- `[frame]`: `greeting` and `closing`, put around the body of each of its notices;
- `[labels.<kind>]`: a text for each code;
- `[sentences]`: what its own pages and letters say.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from chassis.kernel.languages import LANGUAGES

Text = Mapping[str, str]
Template = Mapping[str, Any]
FOLDER = "texts"
SENSITIVE = "sensitive"
_LETTER, _FRAME = {"subject", "body"}, {"greeting", "closing"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class TextsInvalid(Exception):
    """The two files of a pair differ, or hold something that is no text."""


@dataclass(frozen=True)
class Texts:
    """Every text of a service.

    A template maps a language to a subject and a body, and "sensitive" to the same again. Those in
    `notices` are as written; `template` puts the frame around the bodies.
    """

    notices: Mapping[str, Template] = field(default_factory=dict)
    sensitive: Template = field(default_factory=dict)
    frame: Template = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    sentences: Mapping[str, Text] = field(default_factory=dict)

    def label(self, kind: str, code: str, language: str) -> str:
        """Return what a code is called. Raises `KeyError` for one without a label."""
        return self.labels[kind][code][language]

    def template(self, notice: str) -> Template:
        """Return a notice's texts, whole. Raises `KeyError` for a name without a text."""
        return framed(self.notices[notice], self.frame)


def framed(template: Template, frame: Template) -> Template:
    """Put the greeting and the closing around each body of a template."""
    return {key: _framed(key, parts, frame) for key, parts in template.items()}


def read(owner: str, folder: Path) -> dict[str, Text]:
    """Read the pair in `folder/texts`, by key; tables are joined by dots. No pair: no texts.

    Raises `TextsInvalid` naming each key that is not in both files, whose placeholders differ, or
    that holds no text.
    """
    files = [folder / FOLDER / f"{language}.toml" for language in LANGUAGES]
    if not any(file.exists() for file in files):
        return {}
    told = [dict(_flat(_loaded(owner, file))) for file in files]
    keys = dict.fromkeys(key for texts in told for key in texts)
    if faults := [key for key in keys if not _is_whole([texts.get(key) for texts in told])]:
        raise TextsInvalid(f"{owner}: not the same text in each language: {', '.join(faults)}")
    of_language = dict(zip(LANGUAGES, told, strict=True))
    return {key: {each: texts[key] for each, texts in of_language.items()} for key in keys}


def of_service(owner: str, folder: Path) -> Texts:
    """Read the texts of a service from its folder. Raises `TextsInvalid`."""
    tables = _nested(read(owner, folder))
    if unknown := sorted(tables.keys() - {table.name for table in fields(Texts)}):
        raise TextsInvalid(f"{owner}: there is no table {', '.join(unknown)} of texts")
    try:
        if SENSITIVE in tables:
            tables[SENSITIVE] = _by_language(tables[SENSITIVE], _LETTER)
        if "frame" in tables:
            tables["frame"] = _by_language(tables["frame"], _FRAME)
        notices = tables.get("notices", {}).items()
        tables["notices"] = {name: _template(parts, tables) for name, parts in notices}
    except ValueError as error:
        raise TextsInvalid(f"{owner}: {error}") from error
    return Texts(**tables)


def _template(parts: Mapping[str, Any], tables: Mapping[str, Any]) -> Template:
    own = {name: text for name, text in parts.items() if name != SENSITIVE}
    template = _by_language(own, _LETTER)
    if SENSITIVE in parts:
        return {**template, SENSITIVE: _by_language(parts[SENSITIVE], _LETTER)}
    return {**template, SENSITIVE: tables[SENSITIVE]} if SENSITIVE in tables else template


def _by_language(parts: Mapping[str, Text], names: set[str]) -> Template:
    if parts.keys() != names:
        raise ValueError(f"{' and '.join(sorted(parts))} is not {' and '.join(sorted(names))}")
    return {language: {part: parts[part][language] for part in parts} for language in LANGUAGES}


def _framed(key: str, parts: Any, frame: Template) -> Any:
    if key == SENSITIVE:
        return framed(parts, frame)
    if key not in frame:
        return parts
    around = (frame[key]["greeting"], parts["body"], frame[key]["closing"])
    return {**parts, "body": "\n\n".join(around)}


def _loaded(owner: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TextsInvalid(f"{owner}: {file.name} cannot be read: {error}") from error


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _nested(texts: Mapping[str, Text]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for key, text in texts.items():
        *path, name = key.split(".")
        table = tables
        for step in path:
            table = table.setdefault(step, {})
        table[name] = text
    return tables


def _is_whole(pair: list[Any]) -> bool:
    if not all(isinstance(text, str) and text.strip() for text in pair):
        return False
    return len({frozenset(placeholders(text)) for text in pair}) == 1


def placeholders(text: str) -> list[str]:
    """List the names in braces of a text."""
    return _PLACEHOLDER.findall(text)
