"""Puts a folder on the import path for a module, and takes every trace of it away again."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.process import manifest


@pytest.fixture(scope="module")
def installed() -> Iterator[Callable[[Path], None]]:
    """`installed(folder)` makes what lies in the folder importable, as installing it would."""
    patch = pytest.MonkeyPatch()

    def install(folder: Path) -> None:
        patch.syspath_prepend(str(folder))
        importlib.invalidate_caches()

    yield install
    patch.undo()
    manifest._loaded.cache_clear()
    for name in [module for module in sys.modules if _is_ours(module)]:
        del sys.modules[name]


def _is_ours(module: str) -> bool:
    return module.startswith(("simpul_panel", "services.panel", "services.kiosk"))
