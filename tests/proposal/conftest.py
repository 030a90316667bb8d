import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.service import Service, one_service
from tests.builders.templates import template
from tests.proposal.office import Office


@pytest.fixture(scope="session")
def opened_database() -> Path:
    """A database in which the demo region has been heard of; made once, copied by each test."""
    return template("proposal-that-heard", _opened) / "proposal.db"


def _opened(folder: Path) -> None:
    service = one_service("proposal", folder)
    Office(service).open()
    service.close()


@pytest.fixture
def office(opened_database: Path, tmp_path: Path, service: Callable[..., Service]) -> Office:
    shutil.copy(opened_database, tmp_path / "proposal.db")
    one = Office(service("proposal"))
    one.accept_receipts()
    return one
