"""What pages say: `texts/` of the shell and of each section, in both languages."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask, current_app, g

from chassis.process import texts
from chassis.process.texts import Text, TextsInvalid
from portal.shell.words import LANGUAGES, language

_EXTENSION = "portal_texts"
_SAID = "said"  # what there is to say in the reader's language


def read(name: str, folder: Path) -> dict[str, Text]:
    """Read the texts in a folder; `send` of `filing` is `filing.send`. Raises `TextsInvalid`."""
    told = texts.read(name, folder)
    if tables := sorted({key.partition(".")[0] for key in told if "." in key}):
        raise TextsInvalid(f"{name}: a page's texts have no tables: {', '.join(tables)}")
    return {f"{name}.{key}": text for key, text in told.items()}


def connect(app: Flask, every_text: Mapping[str, Text]) -> None:
    """Say what the pages of an app may say."""
    app.extensions[_EXTENSION] = {
        each: {key: text[each] for key, text in every_text.items()} for each in LANGUAGES
    }


def say(key: str, **values: object) -> str:
    """Return a text in the reader's language, with its values in place. Raises `KeyError`."""
    said = g.get(_SAID)  # a page says a hundred
    if said is None:
        said = current_app.extensions[_EXTENSION][language()]
        setattr(g, _SAID, said)
    text: str = said[key]
    return text.format(**values) if values else text
