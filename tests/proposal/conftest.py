import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.process import runtime as runtimes
from tests.builders.service import Service, one_service
from tests.proposal.office import Office


@pytest.fixture(scope="session")
def opened_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the demo region has been heard of; made once, copied by each test."""
    folder = tmp_path_factory.mktemp("opened")
    service = one_service("proposal", folder)
    Office(service).open()
    with service.app.app_context():
        runtimes.of(service.app).db.session.remove()
        runtimes.of(service.app).db.engine.dispose()
    return folder / "proposal.db"


@pytest.fixture
def office(opened_database: Path, tmp_path: Path, service: Callable[..., Service]) -> Office:
    shutil.copy(opened_database, tmp_path / "proposal.db")
    one = Office(service("proposal"))
    one.accept_receipts()
    return one
