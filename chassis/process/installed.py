"""What installed packages bring: services, channels, stores, sections of the portal."""

import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points


def brought_to(group: str) -> Sequence[EntryPoint]:
    """List the entry points of a group; the packages are read once, as long as the path stays."""
    return _read(group, tuple(sys.path))


@cache
def _read(group: str, path: tuple[str, ...]) -> Sequence[EntryPoint]:  # noqa: ARG001 - a key of what is kept
    return tuple(entry_points(group=group))
