"""Fixtures every test may use."""

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

from chassis.data.db import Database
from chassis.http import auth
from chassis.process import telemetry
from ops.engines.postgres import Postgres
from ops.prove import PARTS
from tests.builders import compiled, templates
from tests.builders.distributed import Distributed
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.service import Service, one_service
from tests.builders.shared import GROUP, SharedCluster, shares_the_cluster

telemetry.configure_logs(terminal=False, level=40)
compiled.share()
# A machine at work is slow at any moment; no property is about time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
CLUSTER = pytest.StashKey[SharedCluster]()
CLUSTERS = "clusters"
UPGRADE = "upgrade"  # two clusters at once are too much for two cores while the gate runs
# Fixtures that start a server, and those of a module that build a system.
SERVERS = ("postgres", "broker", "chromium", "clamd")
SYSTEMS = ("journey", "season", "lived_in", "joined", "checkout")
LONG_PARTS = {part.name for part in PARTS}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only `./simpul prove` asks for; let two workers run all whole clusters.

    They come first, one after another, and the other tests run beside them. So it is with all that
    use one server, which is then started once.
    """
    long = [item for item in items if _part_of(item)]
    if long and "prove" not in config.option.markexpr:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not _part_of(item)]
    for item in items:
        group = None if item.get_closest_marker("xdist_group") else _group_of(item)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))


def _group_of(item: pytest.Item) -> str | None:
    used = getattr(item, "fixturenames", ())
    if item.get_closest_marker("alone"):
        # Two workers have a whole cluster each: this one after the shared cluster has ended.
        return GROUP if "system" in used else CLUSTERS
    if any(system in used for system in SYSTEMS):
        return item.path.stem
    return next((server for server in SERVERS if server in used), None)


def _part_of(item: pytest.Item) -> str | None:
    """Tell to which part of `./simpul prove` a test belongs, if to any."""
    mark = item.get_closest_marker("prove")
    if mark is not None and mark.kwargs.get("part") not in LONG_PARTS:
        raise pytest.UsageError(f"{item.nodeid}: ops/prove.py has no such part: {mark.kwargs}")
    return mark.kwargs["part"] if mark else None


def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the process: a fifth of a test's time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class _ClustersFirst:
    """Sorts after pytest has put together what shares a fixture."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=_place)
        for item in items:
            # xdist 3.8 writes a test's group where pytest 9.2 no longer looks for the test's id.
            if grouped := vars(item).get("_nodeid"):
                item._id = NodeId.parse(grouped)


def _place(item: pytest.Item) -> tuple[bool, ...]:
    """Whole clusters first, then what shares one, then what is slow or shares a server, then the rest.

    The cluster of `tests/faults` runs until the end, so those that stop before go first.
    """
    return (
        _group_named(item) != CLUSTERS,
        "system" in getattr(item, "fixturenames", ()),
        not shares_the_cluster(item),
        not item.get_closest_marker("slow"),
        _group_named(item) in (None, UPGRADE),
    )


def _group_named(item: pytest.Item) -> str | None:
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else None


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for templates before the workers of xdist start, which inherit it."""
    stack = ExitStack()
    stack.enter_context(templates.one_run())
    config.stash[CLUSTER] = SharedCluster()
    stack.callback(config.stash[CLUSTER].close)
    config.add_cleanup(stack.close)
    config.pluginmanager.register(_ClustersFirst())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Stop the shared cluster after its last test, so that the others have the machine.

    A module with other tests as well gives it back only at its end.
    """
    yield
    cluster = item.config.stash[CLUSTER]
    if not cluster.is_lent and not (nextitem and shares_the_cluster(nextitem)):
        cluster.close()


@pytest.fixture(scope="module")
def shared_cluster(request: pytest.FixtureRequest) -> Iterator[Distributed]:
    """The distributed form with the demo region, shared with other modules.

    Who asks for it is marked `ON_THE_SHARED_CLUSTER`, and leaves it as it was.
    """
    with request.config.stash[CLUSTER].lent_to(request.module.__name__) as system:
        yield system


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of this process that need nothing else of it."""
    with or_skipped(), engine_folder() as folder:
        server = Postgres(folder / "postgres")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session", autouse=True)
def machines_clock() -> Iterator[None]:
    """Tests move this process's clock; those about the database's own take this back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "read_clock", lambda _db: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def uncounted_callers() -> Iterator[None]:
    """Tests ask faster than people, with clocks that stand; those about counting count."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_count", lambda _runtime, _who: None)
        yield


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Build services by name: `service("proposal")`."""
    built: list[Service] = []

    def build(name: str, **extra: str) -> Service:
        one = one_service(name, tmp_path, **extra)
        built.append(one)
        return one

    yield build
    for built_service in built:
        built_service.close()


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Any]:
    """All services, gateway and portal in this process, with the demo region."""
    from tests.builders.system import demo_system

    running = demo_system(tmp_path)
    yield running
    running.close()
