"""Fixtures every test may use."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from chassis.process import telemetry
from ops.prove import PARTS
from tests.builders import templates
from tests.builders.service import Service, one_service

telemetry.configure_logs(terminal=False, level=40)
CLUSTERS = "clusters"
LONG_PARTS = {part.name for part in PARTS}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only `./simpul prove` asks for; let one worker run all whole clusters.

    They come first, one after another, and the other tests run beside them.
    """
    long = [item for item in items if _part_of(item)]
    if long and "prove" not in config.option.markexpr:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not _part_of(item)]
    for item in items:
        if item.get_closest_marker("alone") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(CLUSTERS))


def _part_of(item: pytest.Item) -> str | None:
    """Tell to which part of `./simpul prove` a test belongs, if to any."""
    mark = item.get_closest_marker("prove")
    if mark is not None and mark.kwargs.get("part") not in LONG_PARTS:
        raise pytest.UsageError(f"{item.nodeid}: ops/prove.py has no such part: {mark.kwargs}")
    return mark.kwargs["part"] if mark else None


class _ClustersFirst:
    """Sorts after pytest has put together what shares a fixture."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("alone") is None)


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for templates before the workers of xdist start, which inherit it."""
    stack = ExitStack()
    stack.enter_context(templates.one_run())
    config.add_cleanup(stack.close)
    config.pluginmanager.register(_ClustersFirst())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Build services by name: `service("proposal")`."""
    built: list[Service] = []

    def build(name: str, **extra: str) -> Service:
        one = one_service(name, tmp_path, **extra)
        built.append(one)
        return one

    yield build
    for one in built:
        one.close()


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Any]:
    """All services, gateway and portal in this process, with the demo region."""
    from tests.builders.system import demo_system

    running = demo_system(tmp_path)
    yield running
    running.close()
