from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine

from chassis.data import postgres as rules
from chassis.events.bus.amqp import RabbitBus
from ops.engines.rabbit import Rabbit
from tests.builders.engines import engine_folder, or_skipped
from tests.builders.letters.app import create_app
from tests.builders.letters.models import Base
from tests.builders.rabbit import Ear, a_broker
from tests.builders.service import Service, let_go, settings_for, under_test


@pytest.fixture
def make_letters(postgres, tmp_path) -> Iterator[Callable[..., Service]]:
    """The tiny service on PostgreSQL, as a role that owns nothing."""
    built: list[Flask] = []
    postgres.add_databases({"letters": "secret"})
    owner = create_engine(postgres.owner_url("letters"))
    Base.metadata.drop_all(owner)
    Base.metadata.create_all(owner)
    owner.dispose()
    rules.protect(postgres.owner_url("letters"), "letters", Base.metadata)
    url = postgres.service_url("letters", "secret")

    def make(**options: Any) -> Service:
        settings = settings_for("letters", tmp_path) | {"DATABASE_URL_LETTERS": url}
        app = create_app(settings, **options)
        built.append(app)
        return under_test(app)

    yield make
    for app in built:
        let_go(app)


@pytest.fixture
def letters(make_letters) -> Service:
    return make_letters()


@pytest.fixture(scope="session")
def broker() -> Iterator[Rabbit]:
    with or_skipped(), engine_folder() as folder:
        server = a_broker(folder)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def publisher(broker) -> Iterator[RabbitBus]:
    bus = RabbitBus(broker.url("notes"), "notes")
    yield bus
    bus.close()


@pytest.fixture
def ear(broker) -> Iterator[Ear]:
    listening = Ear(RabbitBus(broker.url("letters"), "letters"))
    yield listening
    listening.close()
