"""Fixtures every test may use."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from chassis.process import telemetry
from tests.builders import templates
from tests.builders.service import Service, one_service

telemetry.configure_logs(terminal=False, level=40)
CLUSTERS = "clusters"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only `./simpul prove` asks for; let one worker run all whole clusters.

    They come first, one after another, and the other tests run beside them.
    """
    if "prove" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("prove")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("prove")]
    for item in items:
        if item.get_closest_marker("alone") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(CLUSTERS))


class _ClustersFirst:
    """Sorts after pytest has put together what shares a fixture."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("alone") is None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_ClustersFirst())


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for templates before the workers of xdist start, which inherit it."""
    stack = ExitStack()
    stack.enter_context(templates.one_run())
    config.add_cleanup(stack.close)


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
