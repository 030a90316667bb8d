"""What pages say: `texts.toml` of the shell and of each section, in both languages."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app

from chassis.process.manifest import ManifestInvalid
from portal.shell.words import LANGUAGES, language

Texts = Mapping[str, Mapping[str, str]]
FILE = "texts.toml"
_EXTENSION = "portal_texts"


class TextsInvalid(ManifestInvalid):
    """A text lacks a language, or is none."""


def read(name: str, folder: Path) -> dict[str, Mapping[str, str]]:
    """Read the texts in a folder; `send` of `filing` is `filing.send`. Raises `TextsInvalid`."""
    file = folder / FILE
    told: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    wrong = [key for key, text in told.items() if not _is_text(text)]
    if wrong:
        raise TextsInvalid(f"{name}: no text in each of {', '.join(LANGUAGES)}: {', '.join(wrong)}")
    return {f"{name}.{key}": text for key, text in told.items()}


def connect(app: Flask, texts: Texts) -> None:
    """Say what the pages of an app may say."""
    app.extensions[_EXTENSION] = texts


def say(key: str, **values: object) -> str:
    """Return a text in the reader's language, with its values in place. Raises `KeyError`."""
    text = cast(Texts, current_app.extensions[_EXTENSION])[key][language()]
    return text.format(**values) if values else text


def _is_text(text: Any) -> bool:
    return isinstance(text, dict) and text.keys() == LANGUAGES.keys() and all(text.values())
