"""Puts a folder on the import path for a while, and takes every trace of it away again."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chassis.process import manifest

Install = Callable[[Path], None]


@contextmanager
def importable() -> Iterator[Install]:
    """`with importable() as install`: what lies in a folder is there as if it were installed."""
    patch = pytest.MonkeyPatch()

    def install(folder: Path) -> None:
        patch.syspath_prepend(str(folder))
        importlib.invalidate_caches()

    yield install
    patch.undo()
    manifest._loaded.cache_clear()
    for name in [module for module in sys.modules if _is_ours(module)]:
        del sys.modules[name]


OURS = (
    "simpul_panel",
    "services.panel",
    "services.kiosk",
    "portal.sections.panel",
    "simpul_sms",
    "services.notification.channels.sms",
)


def _is_ours(module: str) -> bool:
    return module.startswith(OURS)
