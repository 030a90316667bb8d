"""What a data folder is run with where nobody chooses: the embedded defaults and secrets."""

import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from chassis.process.config import Setting
from chassis.process.ids import uuid7

_SECRETS = "secrets.json"
_BYTES = 32
Parts = Mapping[str, Sequence[Setting]]


def defaults(parts: Parts, data_dir: Path, *, instance: str) -> dict[str, str]:
    """Return what the embedded form gives of the parts' settings, by their full names."""
    return {
        setting.key(part): setting.embedded.format(data=data_dir, service=part, instance=instance)
        for part, setting in _declared(parts)
        if setting.embedded is not None
    }


def generated(parts: Parts) -> list[str]:
    """Name the settings whose values are random secrets."""
    return sorted({setting.key(part) for part, setting in _declared(parts) if setting.generated})


def alone(
    service: str, declared: Sequence[Setting], folder: Path, *, secret: str
) -> dict[str, str]:
    """Return settings with which one service runs by itself; its secrets are all this one."""
    parts = {service: declared}
    secrets_given = dict.fromkeys(generated(parts), secret)
    return defaults(parts, folder, instance=str(uuid7())) | secrets_given


def _declared(parts: Parts) -> Iterable[tuple[str, Setting]]:
    return ((part, setting) for part, settings in parts.items() for setting in settings)


def secrets_of(data_dir: Path, parts: Parts) -> dict[str, str]:
    """Random secrets of this folder, made once, readable by the owner only."""
    path = data_dir / _SECRETS
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    names = (name for name in generated(parts) if name not in known)
    missing = {name: secrets.token_urlsafe(_BYTES) for name in names}
    if missing:
        known |= missing
        write_private(path, json.dumps(known, indent=1))
    return known


def write_private(path: Path, text: str) -> None:
    """Replace a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
