"""The event contracts a service owns: JSON Schema beside a sample, `contracts/<type>.*.json`."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.process.manifest import CONTRACT, SHARED_CONTRACTS

# Loaded with the first event that is recorded.
if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


class ContractBroken(Exception):
    """An event was about to be recorded that its own contract does not allow."""


class Contracts:
    """Checks what a service says against what it, or every service, promised to say."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _validators(self) -> "dict[str, Draft202012Validator]":
        return _read(SHARED_CONTRACTS) | _read(self._folder)

    @property
    def types(self) -> list[str]:
        """The service's own."""
        return list(_read(self._folder))

    def check(self, event_type: str, data: Mapping[str, Any]) -> None:
        """Raise `ContractBroken` unless `data` is what the contract of `event_type` says."""
        validator = self._validators.get(event_type)
        if validator is None:
            raise ContractBroken(f"{event_type} has no contract in {self._folder.name}/")
        problems = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(dict(data))]
        if problems:
            raise ContractBroken(f"{event_type}: {'; '.join(problems)}")


def _read(folder: Path) -> "dict[str, Draft202012Validator]":
    from jsonschema import Draft202012Validator, FormatChecker

    return {
        path.name.removesuffix(CONTRACT): Draft202012Validator(
            json.loads(path.read_text(encoding="utf-8")), format_checker=FormatChecker()
        )
        for path in sorted(folder.glob(f"*{CONTRACT}"))
    }
