"""Identity under test: with its own keys (`door`), or with the test's token issuer (`desk`).

The demo region is seeded and its app built once; each test begins with a fresh copy of the data.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from chassis.events.refusals import LOOP
from chassis.process import runtime as runtimes
from chassis.process.manifest import load
from chassis.run import embedded
from chassis.run.app import key_set
from services.identity.seeds.demo import CREDENTIALS
from services.identity.seeds.demo import seed as seed_demo
from tests.builders.service import let_go, settings_for
from tests.builders.templates import template
from tests.identity.desk import Desk
from tests.identity.door import Door
from tests.identity.imports import Papers

Build = Callable[..., Flask]
DATABASE = "identity.db"


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """The demo region as it was seeded; nobody works here."""
    return template("demo-in-identity", _seeded)


def _seeded(folder: Path) -> None:
    app = _make(folder)
    embedded.prepare(app)
    seed_demo(app, folder)
    let_go(app)


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Flask:
    folder = tmp_path_factory.mktemp("identity")
    shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
    return _make(folder)


@pytest.fixture
def demo_app(shared_app: Flask, demo_folder: Path) -> Iterator[Flask]:
    """The demo region, untouched."""
    runtime = runtimes.of(shared_app)
    with shared_app.app_context():
        shared_app.extensions[LOOP].flush(runtime)  # what another test's requests were refused
    let_go(shared_app)
    live = Path(shared_app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    for leftover in ("-wal", "-shm"):
        live.with_name(live.name + leftover).unlink(missing_ok=True)
    shutil.copyfile(demo_folder / DATABASE, live)
    runtime.keys = key_set(runtime, runtime.settings.jwks_url)
    yield shared_app
    _lead_no_more(shared_app)
    let_go(shared_app)


def _lead_no_more(app: Flask) -> None:
    """The next test knows nothing of the lease that this one took, or of what it was refused."""
    [relay] = [loop for loop in runtimes.of(app).loops if loop.name == "relay"]
    with app.app_context():
        relay.stop()
        app.extensions[LOOP].flush(runtimes.of(app))


@pytest.fixture
def build_app(tmp_path: Path) -> Iterator[Build]:
    """Build an app of its own on whatever the test's folder holds; extra settings win."""
    apps: list[Flask] = []

    def build(**extra: str) -> Flask:
        app = _make(tmp_path, **extra)
        embedded.prepare(app)
        apps.append(app)
        return app

    yield build
    for app in apps:
        let_go(app)


@pytest.fixture
def demo_copy(demo_folder: Path, tmp_path: Path) -> Path:
    """The demo region's files in the test's folder, for `build_app`."""
    for name in (DATABASE, CREDENTIALS):
        shutil.copy2(demo_folder / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def door(demo_app: Flask, demo_folder: Path) -> Door:
    """The demo region, seen by a browser and by applications."""
    return Door(demo_app, demo_folder)


@pytest.fixture
def desk(demo_app: Flask, demo_folder: Path) -> Desk:
    """The demo region, seen by people who hold tokens."""
    return Desk(demo_app, demo_folder)


def _make(folder: Path, **extra: str) -> Flask:
    settings = settings_for("identity", folder, **extra)
    app: Flask = load("services.identity.app:create_app")(settings)
    return app


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> Papers:
    """Stand in for documents where an import's job has its paper kept."""
    made = Papers()
    monkeypatch.setattr("chassis.run.import_corrections.result_document", made)
    return made
