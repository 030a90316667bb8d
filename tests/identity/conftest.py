"""Identity under test: with its own keys (`door`), or with the test's token issuer (`desk`)."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from chassis import embedded
from chassis import runtime as runtimes
from chassis.manifest import load
from services.identity.seeds.demo import seed as seed_demo
from tests.builders.service import settings_for
from tests.identity.desk import Desk
from tests.identity.door import Door

Build = Callable[..., Flask]
_CHEAP = {"PASSWORD_MEMORY_KIB": "1024"}


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo region, seeded once for all tests; each works on a copy."""
    folder = tmp_path_factory.mktemp("demo-region")
    app = _make(folder)
    embedded.prepare(app)
    seed_demo(app, folder)
    _close(app)
    return folder


@pytest.fixture
def build_app(tmp_path: Path) -> Iterator[Build]:
    """Build an app on whatever the test's folder holds; extra settings win."""
    apps: list[Flask] = []

    def build(**extra: str) -> Flask:
        app = _make(tmp_path, **extra)
        embedded.prepare(app)
        apps.append(app)
        return app

    yield build
    for app in apps:
        _close(app)


@pytest.fixture
def demo_app(build_app: Build, demo_folder: Path, tmp_path: Path) -> Flask:
    shutil.copytree(demo_folder, tmp_path, dirs_exist_ok=True)
    return build_app()


@pytest.fixture
def door(demo_app: Flask, tmp_path: Path) -> Door:
    """The demo region, seen by a browser and by applications."""
    return Door(demo_app, tmp_path)


@pytest.fixture
def desk(demo_app: Flask, tmp_path: Path) -> Desk:
    """The demo region, seen by people who hold tokens."""
    return Desk(demo_app, tmp_path)


def _make(folder: Path, **extra: str) -> Flask:
    settings = settings_for("identity", folder, **{**_CHEAP, **extra})
    app: Flask = load("services.identity.app:create_app")(settings)
    return app


def _close(app: Flask) -> None:
    with app.app_context():
        runtimes.of(app).db.session.remove()
        runtimes.of(app).db.engine.dispose()
