from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from chassis.process import runtime as runtimes
from tests.builders.letters.app import create_app
from tests.builders.service import Service, let_go, settings_for, under_test


@pytest.fixture
def make_letters(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    built: list[Flask] = []

    def make(name: str = "letters", *, options: dict[str, Any] | None = None, **extra: str):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        app = create_app(settings_for("letters", folder, **extra), **(options or {}))
        built.append(app)
        with app.app_context():
            runtime = runtimes.of(app)
            runtime.db.metadata.create_all(runtime.db.engine)
        return under_test(app)

    yield make
    for app in built:
        let_go(app)


@pytest.fixture
def letters(make_letters: Callable[..., Service]) -> Service:
    return make_letters()
